"""Privacy in a whole node: obeyed at once, and kept when the settings cannot be read."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from time import sleep

from device.gpio.led_patterns import Status
from device.node.messages import Stop
from device.observation import Reason
from device.perception.pipeline import Judgement, Perceived
from tests.node.fakes import SOON
from tests.node.whole_node import Inference, Node, running, see_somebody, smile_below


def test_privacy_is_obeyed_at_once_whatever_the_camera_does(tmp_path: Path) -> None:
    """The press is answered with privacy, settings and LED follow, and what the camera then gives is dropped."""
    with running(tmp_path) as node:
        node.source.may_answer.clear()
        node.press()
        assert node.source.is_reading.wait(SOON)
        node.switch_privacy("ON")
        node.wait_until(
            lambda: (
                node.sink.newest("settings")["privacy"] == "ON"
                and node.sink.reasons == [Reason.PRIVACY]
                and node.led.shown[-1] is Status.PRIVACY
            )
        )
        assert node.source.is_reading.is_set(), "the camera still has not answered"
        node.source.may_answer.set()
        node.wait_until(lambda: not node.source.is_open)
        sleep(0.1)
        assert node.sink.reasons == [Reason.PRIVACY]
        assert node.perception.asked_by == ""
        node.press()
        node.wait_until(lambda: node.sink.reasons == [Reason.PRIVACY] * 2)
        node.switch_privacy("OFF")
        node.press()
        node.wait_until(lambda: node.sink.reasons[2:] == [Reason.NO_FACE])


def test_privacy_releases_the_camera_while_faces_are_being_judged(tmp_path: Path) -> None:
    """The device is closed at once, not when the inference has ended, and what it would have shown is dropped."""
    inference = Inference()
    with running(tmp_path) as node:
        node.perception.see = inference
        node.press()
        assert inference.has_begun.wait(SOON)
        assert node.source.is_open
        node.switch_privacy("ON")
        node.wait_until(lambda: not node.source.is_open)
        inference.may_end.set()
        node.wait_until(lambda: node.sink.reasons == [Reason.PRIVACY])
        sleep(0.05)
        assert node.sink.reasons == [Reason.PRIVACY]


def test_damaged_settings_keep_the_camera_closed(tmp_path: Path) -> None:
    """Whatever they said, and Home Assistant shows why."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "settings.json").write_text('{"configured": {"privacy": fal')
    node = Node(tmp_path)
    node.thread.start()
    node.press()
    node.wait_until(lambda: node.sink.reasons == [Reason.PRIVACY])
    node.inbox.put(Stop())
    node.thread.join(SOON)
    assert node.source.reads == 0
    assert not node.camera.available
    assert node.sink.newest("settings")["privacy"] == "ON"
    fault = node.sink.newest("diagnostics")["node_fault"]
    assert fault == "settings.json is damaged: privacy is on until it is switched off"


def test_nothing_is_decided_again_about_who_was_seen_before_privacy(tmp_path: Path) -> None:
    """Not by a slider that was moved before, during or after; nobody is shown any more."""
    begun, may_end = Event(), Event()

    def think(seen: Perceived, judgement: Judgement) -> Perceived:
        begun.set()
        assert may_end.wait(SOON)
        return smile_below(seen, judgement)

    with running(tmp_path) as node:
        node.perception.see, node.perception.decide = see_somebody, think
        node.press()
        node.wait_until(lambda: node.sink.reasons == [None])
        node.set_offset(0.1)
        assert begun.wait(SOON)
        node.switch_privacy("ON")
        node.set_offset(0.2)
        node.switch_privacy("OFF")
        node.set_offset(0.3)
        node.wait_until(lambda: node.sink.newest("settings")["threshold_offset"] == 0.3)
        may_end.set()
        node.wait_until(lambda: node.camera.available)
        sleep(0.1)
        assert node.sink.newest("state")["smiling"] is None
        ended = [content["smiling"] for name, content in node.sink.documents if name == "state"]
        assert ended[-2:] == ["ON", None], "one state says that it is over, and none follows"
