"""The whole node with a camera that a test holds: without a broker, whose part a second sink plays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, sleep
from typing import Any

import pytest

from device.config import Config, LedSettings
from device.entities.kinds import Document, Json
from device.errors import CameraStuckError, PerceptionError, PerceptionStoppedError
from device.gpio.led import StatusLed
from device.gpio.led_patterns import Status
from device.mqtt.events import Command
from device.mqtt.outbox import Outbox
from device.networks.card import ModelCard, read_card
from device.networks.files import model_path
from device.node.hardware import Hardware
from device.node.inbox import Inbox
from device.node.loop import End
from device.node.messages import Content, Stop
from device.node.sink import Sink
from device.node.state_directory import OUTBOX
from device.node.timing import USUAL, Timing
from device.node.wiring import run_node
from device.observation import Face, Frame, Observation, Reason, Source, Trigger
from device.perception.pipeline import Judgement, Perceived
from tests.node.fakes import SOON, RecordingSink, StuckSource, see_nothing, stuck_camera

OBEYED_WITHIN = 0.2
"""Seconds from a command for privacy to all that follows from it."""


class SecondSink(Sink):
    """Prints, in a dozen lines: all that somebody has to write who wants to add one."""

    def __init__(self) -> None:
        self.lines: SimpleQueue[str] = SimpleQueue()

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Take an observation."""
        self.lines.put(f"{observation.trigger}: {observation.reason}, {len(picture or b'')} bytes")

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Take a document."""
        self.lines.put(f"{document}: {len(content)} values")


class Led(StatusLed):
    """A status LED without a pin, which remembers what it shows."""

    def __init__(self, settings: LedSettings | None) -> None:
        super().__init__(settings)
        self.shown: list[Status] = []

    def show(self, status: Status) -> None:
        """Remember a status."""
        self.shown.append(status)


@dataclass
class FakePerception:
    """Perception without networks, which remembers the thread that asked it."""

    card: ModelCard
    see: Callable[..., Perceived] = see_nothing
    asked_by: str = ""

    def perceive(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        """Return what a test wants."""
        self.asked_by = threading.current_thread().name
        return self.see(frames, judgement, previous, should_stop)


class Inference:
    """Perception that takes as long as a test wants, and stops where the pipeline would.

    Attributes:
        has_begun: set once a burst is being judged.
        may_end: to be set when it may end.
    """

    def __init__(self) -> None:
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def __call__(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        """Judge a burst."""
        self.has_begun.set()
        end = monotonic() + SOON * 4
        while not self.may_end.wait(0.005):
            assert monotonic() < end
            if should_stop():
                raise PerceptionStoppedError
        return see_nothing(frames, judgement, previous)


class Node:
    """A node on a thread."""

    def __init__(self, folder: Path, timing: Timing = USUAL) -> None:
        self.inbox = Inbox()
        self.timing = timing
        self.end: End | None = None
        self.sink, self.second_sink = RecordingSink(), SecondSink()
        self.source = StuckSource()
        self.camera = stuck_camera(self.source)
        self.perception = FakePerception(read_card(model_path("attributes")))
        self.led = Led(None)
        self.failure: BaseException | None = None
        document = {
            "node": {"id": "hall", "state_directory": str(folder / "state")},
            "mqtt": {"host": "127.0.0.1", "port": 1},
            "triggers": {"burst": 1},
        }
        self._config = Config.model_validate(document)
        self.thread = threading.Thread(target=self._run, name="facet-node", daemon=True)

    def press(self) -> None:
        """Press the button."""
        self.inbox.put(Trigger(Source.BUTTON))

    def switch_privacy(self, state: str) -> None:
        """Switch privacy as Home Assistant does."""
        self.inbox.put(Command("privacy", state.encode()))

    def wait_until(self, holds: Callable[[], bool], patience: float = SOON) -> None:
        """Wait until something holds."""
        end = monotonic() + patience
        while not holds():
            assert monotonic() < end, (self.sink.reasons, self.failure)
            sleep(0.002)

    def is_answered(self, presses: int) -> bool:
        """Return whether there are as many observations."""
        return len(self.sink.observations) == presses

    def sent(self) -> int:
        """Return how many observations are on the disk, on their way to the broker."""
        path = self._config.node.effective_state_directory / OUTBOX
        with closing(Outbox.open(path)) as outbox:
            return len(outbox)

    def _run(self) -> None:
        hardware = Hardware(
            camera=lambda _settings: self.camera,
            perception=lambda _settings, _model: self.perception,
            led=lambda _settings: self.led,
        )
        try:
            self.end = run_node(
                self._config,
                self.inbox,
                sinks=[self.sink, self.second_sink],
                hardware=hardware,
                timing=self.timing,
            )
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failure = error


@contextmanager
def running(folder: Path, timing: Timing = USUAL) -> Iterator[Node]:
    """Run a node whose camera is found."""
    node = Node(folder, timing)
    node.thread.start()
    try:
        node.wait_until(lambda: node.camera.available)
        yield node
    finally:
        node.source.may_answer.set()
        node.inbox.put(Stop())
        node.thread.join(SOON * 2)
    assert not node.thread.is_alive()


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


def test_privacy_is_obeyed_at_once_whatever_the_camera_does(tmp_path: Path) -> None:
    """The press is answered with privacy, settings and LED follow, and what the camera then gives is dropped."""
    with running(tmp_path) as node:
        node.source.may_answer.clear()
        node.press()
        assert node.source.is_reading.wait(SOON)
        commanded = monotonic()
        node.switch_privacy("ON")
        node.wait_until(
            lambda: (
                node.sink.newest("settings")["privacy"] == "ON"
                and node.sink.reasons == [Reason.PRIVACY]
                and node.led.shown[-1] is Status.PRIVACY
            )
        )
        took = monotonic() - commanded
        print(f"privacy was obeyed within {took * 1000:.0f} ms")
        assert took < OBEYED_WITHIN
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


def test_privacy_releases_the_camera_while_faces_are_being_judged(tmp_path: Path) -> None:
    """The device is closed at once, not when the inference has ended, and what it would have shown is dropped."""
    inference = Inference()
    with running(tmp_path) as node:
        node.perception.see = inference
        node.press()
        assert inference.has_begun.wait(SOON)
        assert node.source.is_open
        commanded = monotonic()
        node.switch_privacy("ON")
        node.wait_until(lambda: not node.source.is_open)
        took = monotonic() - commanded
        print(f"the camera was released within {took * 1000:.0f} ms")
        assert took < OBEYED_WITHIN
        inference.may_end.set()
        node.wait_until(lambda: node.sink.reasons == [Reason.PRIVACY])
        sleep(0.05)
        assert node.sink.reasons == [Reason.PRIVACY]
