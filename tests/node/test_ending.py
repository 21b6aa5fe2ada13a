"""How a node ends: nothing that was pressed is left without an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import sleep

import pytest

from device.errors import CameraStuckError, PerceptionError
from device.mqtt.events import Command
from device.node.loop import End
from device.node.messages import Content, Stop
from device.node.timing import Timing
from device.observation import Face, Frame, Reason
from device.perception.pipeline import Judgement, Perceived
from tests.node.fakes import SOON
from tests.node.whole_node import Inference, running

RESTART = Command("restart", b"PRESS")


@pytest.mark.parametrize(
    ("ending", "end"), [(Stop(), End.STOP), (RESTART, End.RESTART)], ids=["stop", "restart"]
)
def test_presses_during_an_inference_are_answered_before_the_node_ends(
    tmp_path: Path, ending: Content, end: End
) -> None:
    """With what their bursts show: the one that is being judged, and one for those that came since."""
    inference = Inference()
    with running(tmp_path) as node:
        node.perception.see = inference
        node.press()
        assert inference.has_begun.wait(SOON)
        node.press()
        node.press()
        node.inbox.put(ending)
        sleep(0.1)
        assert node.thread.is_alive()
        inference.may_end.set()
        node.thread.join(SOON)
        assert node.end is end
        assert node.sink.reasons == [Reason.NO_FACE] * 2
        assert node.sent() == 2


@pytest.mark.parametrize("ending", [Stop(), RESTART], ids=["stop", "restart"])
def test_an_answer_that_takes_too_long_is_given_without_a_picture(
    tmp_path: Path, ending: Content
) -> None:
    """Before the outbox is closed; nobody waits for a camera that does not answer."""
    with running(tmp_path, Timing(last_answers=0.2, end_of_capture=0.1)) as node:
        node.source.may_answer.clear()
        node.press()
        assert node.source.is_reading.wait(SOON)
        node.press()
        node.inbox.put(ending)
        node.wait_until(lambda: node.sink.reasons == [Reason.FAILED])
        node.thread.join(SOON)
        assert node.sent() == 1


def test_a_camera_that_does_not_let_go_ends_the_process_instead_of_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The next start would have a second thread at the same camera."""
    with running(tmp_path, Timing(last_answers=0.1, end_of_capture=0.1)) as node:
        node.source.may_answer.clear()
        node.press()
        assert node.source.is_reading.wait(SOON)
        node.inbox.put(RESTART)
        node.thread.join(SOON)
        assert isinstance(node.failure, CameraStuckError)
        assert "its thread ends only with the process" in caplog.text


def test_a_camera_that_does_not_let_go_is_logged_at_a_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The process ends anyway, and the kernel closes the device."""
    with running(tmp_path, Timing(last_answers=0.1, end_of_capture=0.1)) as node:
        node.source.may_answer.clear()
        node.press()
        assert node.source.is_reading.wait(SOON)
        node.inbox.put(Stop())
        node.thread.join(SOON)
        assert (node.end, node.failure) == (End.STOP, None)
        assert "its thread ends only with the process" in caplog.text


def test_what_waits_is_answered_when_perception_ends_the_node(tmp_path: Path) -> None:
    """The press that came during the last failure has its own observation too."""
    inference = Inference()

    def fail(
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        inference(frames, judgement, previous, should_stop)
        message = "node 7 of the graph"
        raise ValueError(message)

    with running(tmp_path) as node:
        node.perception.see = fail
        inference.may_end.set()
        for number in (1, 2):
            node.press()
            node.wait_until(partial(node.is_answered, number))
        inference.may_end.clear()
        inference.has_begun.clear()
        node.press()
        assert inference.has_begun.wait(SOON)
        node.press()
        sleep(0.05)
        inference.may_end.set()
        node.thread.join(SOON)
        assert isinstance(node.failure, PerceptionError)
        assert node.sink.reasons == [Reason.FAILED] * 4
