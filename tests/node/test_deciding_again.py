"""The thread of the camera decides again about what it saw last, as long as nothing more important is to be done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from device.camera.camera import Camera
from device.node.messages import CameraChanged
from device.node.observer import Observer, Request, Shot, unseen
from device.observation import Observation, Reason, Source, Trigger
from tests.node.capture_thread import Running
from tests.node.fakes import AVAILABLE, SOON, as_before, see_nothing


class ObserverOfSomebody(Observer):
    """An observer that has seen somebody, and decides again about them when a test lets it.

    Attributes:
        calls: what it was asked, in order.
        is_deciding: set while it decides again.
        may_decide: clear for a decision that takes its time.
    """

    def __init__(self, camera: Camera) -> None:
        super().__init__("hall", camera, see_nothing, as_before, burst=1, clock=monotonic)
        self.calls: list[object] = []
        self.is_deciding, self.may_decide = threading.Event(), threading.Event()
        self.may_decide.set()

    def observe(self, request: Request, should_stop: Callable[[], bool]) -> Shot:
        """Observe, and remember it."""
        self.calls.append("observe")
        return super().observe(request, should_stop)

    def reconsider(self, threshold_offset: float) -> Observation | None:
        """Decide again."""
        self.calls.append(threshold_offset)
        self.is_deciding.set()
        assert self.may_decide.wait(SOON)
        self.is_deciding.clear()
        return unseen("hall", Trigger(Source.BUTTON), Reason.TOO_DARK, {})

    def forget(self) -> None:
        """Remember it."""
        self.calls.append("forget")
        super().forget()


class Deciding(Running):
    """A capture thread whose observer decides again."""

    observer: ObserverOfSomebody

    def __init__(self) -> None:
        super().__init__(ObserverOfSomebody)


@pytest.fixture
def deciding() -> Iterator[Deciding]:
    """A capture thread whose observer decides again."""
    running = Deciding()
    running.thread.start()
    assert running.put.get(timeout=SOON) == CameraChanged(AVAILABLE)
    yield running
    running.observer.may_decide.set()
    running.source.may_answer.set()
    running.thread.stop()


def test_what_was_seen_last_is_decided_again(deciding: Deciding) -> None:
    """The answer says with which offset; the camera is not asked."""
    deciding.thread.reconsider(0.1)
    reconsidered = deciding.expect_reconsidered()
    assert reconsidered.threshold_offset == 0.1
    assert (deciding.observer.calls, deciding.source.reads) == ([0.1], 0)


def test_of_many_offsets_only_the_newest_counts(deciding: Deciding) -> None:
    """Those that a slider has left before the thread came to them."""
    deciding.observer.may_decide.clear()
    deciding.thread.reconsider(0.1)
    assert deciding.observer.is_deciding.wait(SOON)
    for offset in (0.2, 0.3, 0.4):
        deciding.thread.reconsider(offset)
    deciding.observer.may_decide.set()
    assert [deciding.expect_reconsidered().threshold_offset for _ in range(2)] == [0.1, 0.4]
    deciding.expect_nothing_captured()


def test_a_press_that_waits_comes_first(deciding: Deciding) -> None:
    """Whoever stands before the camera does not wait for a slider."""
    deciding.source.may_answer.clear()
    deciding.request()
    assert deciding.source.is_reading.wait(SOON)
    deciding.thread.reconsider(0.1)
    deciding.request()
    deciding.source.may_answer.set()
    deciding.expect_reconsidered()
    assert deciding.observer.calls == ["observe", "observe", 0.1]


def test_nothing_that_privacy_overtakes_is_decided_again(deciding: Deciding) -> None:
    """Neither what waits nor what is being decided reaches anybody, also when privacy is over again."""
    deciding.observer.may_decide.clear()
    deciding.thread.reconsider(0.1)
    assert deciding.observer.is_deciding.wait(SOON)
    deciding.thread.reconsider(0.2)
    deciding.thread.set_private(is_private=True)
    deciding.thread.set_private(is_private=False)
    deciding.observer.may_decide.set()
    deciding.expect_nothing_captured()
    assert deciding.observer.calls == [0.1, "forget"]


def test_after_privacy_the_observer_has_forgotten_before_it_decides_again(
    deciding: Deciding,
) -> None:
    """An offset that is set meanwhile finds nothing to decide about."""
    deciding.thread.set_private(is_private=True)
    deciding.thread.reconsider(0.2)
    deciding.expect_reconsidered()  # of this observer, which always has something
    assert deciding.observer.calls == ["forget", 0.2]
