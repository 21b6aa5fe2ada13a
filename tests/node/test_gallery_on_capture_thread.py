"""The capture thread works on the gallery between presses: each of them comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from device.camera.camera import Camera
from device.node.capture import CaptureThread
from device.node.gallery_tasks import EnrolSeenTask, EnrolTask, GalleryTask
from device.node.observer import Request, Shot
from device.observation import Observation, Source, Trigger
from device.supervision.heartbeat import Heartbeat
from tests.clock import Clock
from tests.node.capture_thread import QUICK
from tests.node.fakes import SOON, StuckSource, shot, stuck_camera

TASK = EnrolTask("Anna")


class Work:
    """Work on the gallery that remembers what is asked, together with the observer.

    Attributes:
        calls: what was asked, in this order.
        is_over: what tick answers.
        stopped: what should_stop said at each tick.
    """

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.is_over = False
        self.stopped: list[bool] = []
        self.on_tick: Callable[[], object] = lambda: None
        self.on_observe: Callable[[], object] = lambda: None

    @property
    def due(self) -> float | None:
        """Nothing is in a hurry."""
        return None

    def begin(self, task: GalleryTask, is_private: Callable[[], bool]) -> None:
        """Remember a task."""
        self.calls.append((task, is_private()))

    def release(self) -> None:
        """Remember a release."""
        self.calls.append("release")

    def tick(self, should_stop: Callable[[], bool]) -> bool:
        """Remember whether to stop."""
        self.on_tick()
        self.stopped.append(should_stop())
        is_over, self.is_over = self.is_over, False
        return is_over

    def observe(self, request: Request, should_stop: Callable[[], bool]) -> Shot:
        """Answer a request."""
        assert not should_stop()
        self.on_observe()
        self.calls.append("observe")
        return shot(request, monotonic())

    def reconsider(self, threshold_offset: float) -> Observation | None:
        """Leave it."""
        del threshold_offset
        return None

    def forget(self) -> None:
        """Remember it."""
        self.calls.append("forget")

    def wait_for(self, *calls: object) -> None:
        """Wait until these, and nothing else, were asked."""
        end = monotonic() + SOON
        while self.calls != list(calls):
            assert monotonic() < end, self.calls
            sleep(0.002)


@pytest.fixture
def work() -> Work:
    """Nothing was asked."""
    return Work()


@pytest.fixture
def thread(work: Work) -> Iterator[CaptureThread]:
    """A thread that has not been started."""
    camera: Camera = stuck_camera(StuckSource())
    thread = CaptureThread(
        camera,
        work,
        lambda _message: None,
        Heartbeat("capture thread", Clock()),
        clock=monotonic,
        timing=QUICK,
        gallery=work,
    )
    yield thread
    thread.stop()


def test_a_press_comes_before_work_on_the_gallery(thread: CaptureThread, work: Work) -> None:
    """Whoever stands at the door does not wait for an enrolment."""
    thread.work(TASK)
    thread.request(Request(Trigger(Source.BUTTON), 0.0, "off"))
    thread.start()
    work.wait_for("observe", (TASK, False))


def test_privacy_ends_an_enrolment_and_one_that_is_asked_for_in_it_is_told_so(
    thread: CaptureThread, work: Work
) -> None:
    """By the same thread, so that what is said is true."""
    thread.start()
    thread.set_private(is_private=True)
    work.wait_for("forget", "release")
    thread.work(TASK)
    work.wait_for("forget", "release", (TASK, True))


def test_privacy_during_an_answer_is_told_to_a_task_that_waited_for_it(
    thread: CaptureThread, work: Work
) -> None:
    """Whoever was seen is enrolled at once: what held before the answer does not count any more."""
    task = EnrolSeenTask("Anna", "event")
    work.on_observe = lambda: thread.set_private(is_private=True)
    thread.work(task)
    thread.request(Request(Trigger(Source.BUTTON), 0.0, "off"))
    thread.start()
    work.wait_for("observe", (task, True), "forget", "release")


def test_privacy_that_begins_and_ends_during_an_answer_is_told_as_well(
    thread: CaptureThread, work: Work
) -> None:
    """Nothing that was seen before it is kept, though it is over."""

    def blink() -> None:
        thread.set_private(is_private=True)
        thread.set_private(is_private=False)

    work.on_observe = blink
    thread.work(TASK)
    thread.request(Request(Trigger(Source.BUTTON), 0.0, "off"))
    thread.start()
    work.wait_for("observe", (TASK, True), "forget", "release")


def test_privacy_in_the_middle_of_a_picture_is_noticed(thread: CaptureThread, work: Work) -> None:
    """Before anything of it is kept."""
    work.on_tick = lambda: thread.set_private(is_private=True)
    thread.start()
    work.wait_for("forget", "release")
    assert work.stopped[0]


def test_what_was_seen_of_somebody_who_is_forgotten_is_not_decided_again(
    thread: CaptureThread, work: Work
) -> None:
    """Their name would come back with it."""
    work.is_over = True
    thread.start()
    work.wait_for("forget")
