"""A whole node on a thread, with a camera, perception and an LED that tests direct."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, sleep
from typing import Any

import numpy as np

from device.config import Config, LedSettings
from device.entities.kinds import Document, Json
from device.errors import PerceptionStoppedError
from device.gpio.led import StatusLed
from device.gpio.led_patterns import Status
from device.mqtt.events import Command
from device.mqtt.outbox import Outbox
from device.networks.card import ModelCard, read_card
from device.networks.files import model_path
from device.node.gallery_work import Examining
from device.node.hardware import Hardware
from device.node.inbox import Inbox
from device.node.loop import End
from device.node.messages import Stop
from device.node.sink import Sink
from device.node.state_directory import OUTBOX
from device.node.timing import USUAL, Timing
from device.node.wiring import run_node
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    Frame,
    Image,
    Observation,
    Source,
    Trigger,
)
from device.people.enrolment import Candidate
from device.people.matching import Limits
from device.perception.pipeline import Judgement, Perceived
from tests.node.fakes import (
    SOON,
    RecordingSink,
    StuckSource,
    as_before,
    see_nothing,
    stuck_camera,
)

_CAUTIOUS = 0.35


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
    decide: Callable[[Perceived, Judgement], Perceived] = as_before
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

    def reconsider(self, seen: Perceived, judgement: Judgement) -> Perceived:
        """Return what a test wants."""
        self.asked_by = threading.current_thread().name
        return self.decide(seen, judgement)


def see_somebody(*_arguments: object) -> Perceived:
    """Perceive one face, which smiles."""
    return Perceived((_face(is_smiling=True),), 1, None, {})


def smile_below(seen: Perceived, judgement: Judgement) -> Perceived:
    """Decide again about that face: it smiles for an owner who is not too cautious."""
    return replace(seen, faces=(_face(is_smiling=judgement.threshold_offset < _CAUTIOUS),))


def _face(*, is_smiling: bool) -> Face:
    smile = Attribute(0.8, is_smiling, 0.5)
    return Face(
        box=Box(10, 10, 20, 20),
        keypoints=np.zeros((6, 2), np.float32),
        score=0.9,
        quality=0.9,
        primary=True,
        facts={"attributes": FaceAttributes({"Smiling": smile}, None, None)},
    )


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
        end = monotonic() + SOON * 2
        while not self.may_end.wait(0.005):
            assert monotonic() < end
            if should_stop():
                raise PerceptionStoppedError
        return see_nothing(frames, judgement, previous)


class _NoExaminer:
    """Looks at nothing, for a node that recognises nobody."""

    limits = Limits(score=1.0, margin=1.0, votes=1.0)

    def examine(self, image: Image) -> list[Candidate]:
        """Fail: nobody asks."""
        raise NotImplementedError(image.shape)


class Node:
    """A node on a thread.

    Args:
        folder: for the state directory.
        timing: how long it waits for what.
        examiner: looks at pictures for enrolment.
        sections: of its configuration.
    """

    def __init__(
        self,
        folder: Path,
        timing: Timing = USUAL,
        *,
        examiner: Examining | None = None,
        **sections: Mapping[str, object],
    ) -> None:
        self.inbox = Inbox()
        self.timing = timing
        self.end: End | None = None
        self.sink, self.second_sink = RecordingSink(), SecondSink()
        self.source = StuckSource()
        self.camera = stuck_camera(self.source)
        self.perception = FakePerception(read_card(model_path("attributes")))
        self.led = Led(None)
        self.failure: BaseException | None = None
        self.examiner = examiner
        document: dict[str, Mapping[str, object]] = {
            "node": {"id": "hall", "state_directory": str(folder / "state")},
            "mqtt": {"host": "127.0.0.1", "port": 1},
            "triggers": {"burst": 1},
            **sections,
        }
        self._config = Config.model_validate(document)
        self.thread = threading.Thread(target=self._run, name="facet-node", daemon=True)

    def press(self) -> None:
        """Press the button."""
        self.inbox.put(Trigger(Source.BUTTON))

    def switch_privacy(self, state: str) -> None:
        """Switch privacy as Home Assistant does."""
        self.inbox.put(Command("privacy", state.encode()))

    def command(self, key: str, payload: str) -> None:
        """Send a command as Home Assistant does."""
        self.inbox.put(Command(key, payload.encode()))

    def set_offset(self, offset: float) -> None:
        """Set the threshold offset as Home Assistant's slider does."""
        self.inbox.put(Command("threshold_offset", f"{offset}".encode()))

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
            perception=lambda *_, **__: self.perception,
            led=lambda _settings: self.led,
            examiner=lambda *_: self.examiner or _NoExaminer(),
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
def running(
    folder: Path,
    timing: Timing = USUAL,
    *,
    examiner: Examining | None = None,
    **sections: Mapping[str, object],
) -> Iterator[Node]:
    """Run a node whose camera is found; see Node."""
    node = Node(folder, timing, examiner=examiner, **sections)
    node.thread.start()
    try:
        node.wait_until(lambda: node.camera.available)
        yield node
    finally:
        node.source.may_answer.set()
        node.inbox.put(Stop())
        node.thread.join(SOON)
    assert not node.thread.is_alive()
