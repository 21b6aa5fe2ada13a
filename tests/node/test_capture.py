"""The thread of the camera: it answers requests, and nothing that it saw before a release leaves it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep

import pytest

from device.camera.status import CameraStatus
from device.errors import PerceptionStoppedError
from device.node.messages import CameraChanged
from device.node.observer import Observer, Request
from device.observation import Face, Frame, Reason, Source, Trigger
from device.perception.pipeline import Judgement, Perceived
from tests.node.capture_thread import Running
from tests.node.fakes import AVAILABLE, SOON, StuckSource, as_before, stuck_camera


@pytest.fixture
def running() -> Iterator[Running]:
    """One that has started, and found its camera."""
    running = Running()
    running.thread.start()
    assert running.put.get(timeout=SOON) == CameraChanged(AVAILABLE)
    yield running
    running.source.may_answer.set()
    running.thread.stop()


def test_a_request_is_answered_with_how_the_camera_is(running: Running) -> None:
    """By a thread with a name, which nobody else's is."""
    request = running.request()
    captured = running.expect_capture()
    assert captured.request is request
    assert captured.shot.observation.reason is Reason.NO_FACE
    assert captured.camera == AVAILABLE
    assert "facet-capture" in {thread.name for thread in threading.enumerate()}


def test_the_camera_is_closed_by_its_own_thread_at_the_end() -> None:
    """Another one must not close what may be read at that moment."""
    running = Running()
    closed_by: list[str] = []
    close = running.source.close

    class Source(StuckSource):
        def close(self) -> None:
            closed_by.append(threading.current_thread().name)
            close()

    running.camera = stuck_camera(Source())
    thread = running.another_thread(running.camera, running.observer)
    thread.start()
    assert running.put.get(timeout=SOON) == CameraChanged(AVAILABLE)
    thread.stop()
    assert set(closed_by) == {"facet-capture"}


def test_privacy_does_not_wait_for_a_camera_that_is_stuck(running: Running) -> None:
    """It returns at once; the camera is let go as soon as its read returns, and what it read is dropped."""
    running.source.may_answer.clear()
    running.request()
    assert running.source.is_reading.wait(SOON)
    running.thread.set_private(is_private=True)
    assert running.source.is_reading.is_set(), "the camera still has not answered"
    running.source.may_answer.set()
    running.expect_closed()
    running.expect_nothing_captured()


def test_privacy_that_is_over_again_does_not_bring_the_old_picture_back(running: Running) -> None:
    """Only a request that came after it is answered."""
    running.source.may_answer.clear()
    running.request()
    assert running.source.is_reading.wait(SOON)
    running.thread.set_private(is_private=True)
    running.thread.set_private(is_private=False)
    later = running.request()
    running.source.may_answer.set()
    assert running.expect_capture().request is later
    running.expect_nothing_captured()


def test_a_request_that_privacy_overtakes_is_not_begun(running: Running) -> None:
    """It waited for the camera, which is not asked any more."""
    running.source.may_answer.clear()
    running.request()
    assert running.source.is_reading.wait(SOON)
    running.request()
    running.thread.set_private(is_private=True)
    running.source.may_answer.set()
    running.expect_closed()
    assert running.source.reads == 1
    running.expect_nothing_captured()


def test_after_privacy_the_camera_is_found_again(running: Running) -> None:
    """Without any press."""
    running.thread.set_private(is_private=True)
    running.expect_closed()
    running.thread.set_private(is_private=False)
    end = monotonic() + SOON
    while not running.source.is_open:
        assert monotonic() < end
        threading.Event().wait(0.005)


def test_a_node_that_starts_with_privacy_does_not_open_its_camera() -> None:
    """Not even for a moment."""
    running = Running()
    running.thread.set_private(is_private=True)
    running.thread.start()
    running.expect_nothing_captured()
    assert (running.source.is_open, running.camera.status) == (False, CameraStatus())
    running.thread.stop()


def test_nothing_is_put_of_what_the_end_has_interrupted() -> None:
    """The inference is given up at its next frame or face, and the camera is closed."""
    running, judging = Running(), threading.Event()

    def judge(
        _frames: Sequence[Frame],
        _judgement: Judgement,
        _previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        judging.set()
        end = monotonic() + SOON
        while not should_stop():
            assert monotonic() < end
            sleep(0.005)
        raise PerceptionStoppedError

    observer = Observer("hall", running.camera, judge, as_before, burst=1, clock=monotonic)
    thread = running.another_thread(running.camera, observer)
    thread.start()
    thread.request(Request(Trigger(Source.BUTTON), 0.0, "off"))
    assert judging.wait(SOON)
    assert running.source.is_open
    thread.stop()
    assert not thread.is_running
    assert not running.source.is_open
    running.expect_nothing_captured()


def test_a_camera_that_hangs_is_overdue(running: Running) -> None:
    """The heartbeat says what the thread has been doing, and for how long."""
    running.source.may_answer.clear()
    running.request()
    assert running.source.is_reading.wait(SOON)
    assert running.heartbeat.overdue() is None
    running.clock.seconds += 3
    assert running.heartbeat.overdue() == (
        "the capture thread has been busy with answering the trigger by button for 3 s, where 2 s are allowed"
    )
