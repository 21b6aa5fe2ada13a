"""A node as it runs: its parts, its threads, and how a press is answered."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from time import sleep

from device.errors import PerceptionError
from device.observation import Reason
from device.perception.pipeline import Perceived
from tests.node.fakes import SOON
from tests.node.whole_node import Inference, running, see_somebody, smile_below


def test_a_second_sink_learns_of_everything(tmp_path: Path) -> None:
    """And nothing else is touched for it."""
    with running(tmp_path) as node:
        node.wait_until(lambda: node.second_sink.lines.qsize() >= 2)
        assert node.second_sink.lines.get().startswith("state: ")
        assert node.second_sink.lines.get() == "settings: 5 values"
        assert node.second_sink.lines.get().startswith("diagnostics: ")
        node.press()
        while (line := node.second_sink.lines.get(timeout=SOON)).startswith("diagnostics"):
            pass
        assert line == "button: no_face, 0 bytes"


def test_only_the_capture_thread_touches_camera_and_networks(tmp_path: Path) -> None:
    """The loop goes on while it waits for them."""
    with running(tmp_path) as node:
        node.press()
        node.wait_until(lambda: node.sink.reasons == [Reason.NO_FACE])
    assert node.perception.asked_by == "facet-capture"
    assert not node.source.is_open


def test_perception_that_fails_answers_and_then_ends_the_node(tmp_path: Path) -> None:
    """A press is never without an answer; the third in a row ends the start, as a hang does."""

    def fail(*_arguments: object) -> Perceived:
        message = "node 7 of the graph"
        raise ValueError(message)

    with running(tmp_path) as node:
        node.perception.see = fail
        for number in range(1, 4):
            node.press()
            node.wait_until(partial(node.is_answered, number))
        assert node.sink.reasons == [Reason.FAILED] * 3
        node.thread.join(SOON)
    assert isinstance(node.failure, PerceptionError)
    assert "ValueError: node 7 of the graph" in str(node.failure)


def test_a_press_during_an_inference_gets_its_own_burst(tmp_path: Path) -> None:
    """While the network still thinks about frames that were taken before it."""
    inference = Inference()
    with running(tmp_path) as node:
        node.perception.see = inference
        node.press()
        assert inference.has_begun.wait(SOON)
        node.press()
        sleep(0.05)
        inference.may_end.set()
        node.wait_until(lambda: node.sink.reasons == [Reason.NO_FACE] * 2)
        assert node.source.reads == 2


def test_another_offset_shows_at_once_in_the_state_and_not_as_an_event(tmp_path: Path) -> None:
    """By the thread that owns the networks, with every settings document as it was asked for."""
    with running(tmp_path) as node:
        node.perception.see, node.perception.decide = see_somebody, smile_below
        node.press()
        node.wait_until(lambda: node.sink.reasons == [None])
        assert node.sink.newest("state")["smiling"] == "ON"
        for percent in (10, 20, 30, 40):
            node.set_offset(percent / 100)
        node.wait_until(lambda: node.sink.newest("state")["smiling"] == "OFF")
        node.set_offset(-0.4)
        node.wait_until(lambda: node.sink.newest("state")["smiling"] == "ON")
        node.wait_until(lambda: node.sink.newest("settings")["threshold_offset"] == -0.4)
        assert node.sink.reasons == [None]
    assert node.sent() == 1
    assert node.perception.asked_by == "facet-capture"
