"""Many real nodes in one process: all of each but its camera, its networks and its pins.

A press is answered by one face that smiles, from a picture of nothing, so that what is measured is the node's loop, its
outbox on disk and its link with the broker.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import numpy as np

from device.camera.camera import Camera
from device.config import CameraSettings, Config, LedSettings
from device.entities.documents import DIAGNOSTICS
from device.entities.kinds import Document, Json
from device.gpio.led import StatusLed
from device.gpio.led_patterns import Status
from device.mqtt.outbox import Outbox
from device.networks.card import ModelCard, read_card
from device.networks.files import model_path
from device.node.hardware import Hardware
from device.node.inbox import Inbox
from device.node.messages import Stop
from device.node.sink import Sink
from device.node.state_directory import OUTBOX
from device.node.wiring import run_node
from device.observation import Frame, Image, Observation, Source, Trigger, utc_now
from tests.node.whole_node import FakePerception, see_somebody

# Bytes of a thread's stack. A thousand nodes have thousands of threads.
_STACK = 512 * 1024
# Seconds. Every thread that waits for its turn asks for it so often, and there are hundreds.
_SWITCH_INTERVAL = 0.05
# Seconds that a node has to start, and to end.
_START = 60.0
_END = 30.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the nodes of a process say of themselves.

    Attributes:
        connected: how many have a connection with the broker.
        waiting: how many observations have waited for the broker for a while, as their diagnostics say.
        observed: when each observation was made since the last report, on the machine's monotonic clock, by its id.
    """

    connected: int
    waiting: int
    observed: Mapping[str, float]


class _Camera:
    """Gives a picture of nothing at once."""

    is_live = False
    check_interval = 60.0
    is_open = True

    def read(self, n: int, newer_than: float, released: threading.Event) -> list[Frame]:
        """Give grey frames."""
        del newer_than, released
        return [Frame(np.full((48, 64, 3), 127, np.uint8), utc_now()) for _ in range(n)]

    def check(self, released: threading.Event) -> Image | None:
        """Be there."""
        del released
        return None

    def close(self) -> None:
        """Hold nothing."""


class _Led(StatusLed):
    """Remembers whether the node is well, which it is only with a connection."""

    def __init__(self, settings: LedSettings | None) -> None:
        super().__init__(settings)
        self.is_well = False
        self.is_shown = threading.Event()

    def show(self, status: Status) -> None:
        """Take a status."""
        self.is_well = status is not Status.FAULT
        self.is_shown.set()


class _Observed(Sink):
    """Remembers the observations of all nodes."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}
        self._lock = threading.Lock()

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Take an observation."""
        del picture
        with self._lock:
            self._times[observation.event_id] = monotonic()

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Need no documents."""

    def taken(self) -> dict[str, float]:
        """Return what came since the last time."""
        with self._lock:
            times, self._times = self._times, {}
        return times


class _Diagnostics(Sink):
    """Remembers how many observations of one node wait for the broker."""

    def __init__(self) -> None:
        self.waiting = 0

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Need no observations."""

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Take a document."""
        if document is DIAGNOSTICS:
            waiting = content["queue_length"]
            assert isinstance(waiting, int)
            self.waiting = waiting


class _Node:
    """One node on a thread."""

    def __init__(self, config: Config, card: ModelCard, observed: _Observed) -> None:
        self.config = config
        self.inbox = Inbox()
        self.led = _Led(None)
        self._card = card
        self._observed = observed
        self.diagnostics = _Diagnostics()
        self.thread = threading.Thread(target=self._run, name=config.node.id, daemon=True)

    def start(self) -> None:
        """Start it, and wait until it runs: a thousand that start at once would hinder each other."""
        self.thread.start()
        assert self.led.is_shown.wait(_START), f"{self.config.node.id} does not start"

    def press(self) -> None:
        self.inbox.put(Trigger(Source.BUTTON))

    def end(self) -> int:
        """Wait for the end; return how many observations the broker has not confirmed."""
        self.thread.join(_END)
        assert not self.thread.is_alive(), f"{self.config.node.id} does not end"
        with Outbox.open(self.config.node.effective_state_directory / OUTBOX) as outbox:
            return len(outbox)

    def _run(self) -> None:
        hardware = Hardware(
            camera=_camera,
            perception=lambda *_, **__: FakePerception(self._card, see_somebody),
            led=lambda _settings: self.led,
        )
        run_node(
            self.config, self.inbox, sinks=[self._observed, self.diagnostics], hardware=hardware
        )


def _camera(settings: CameraSettings) -> Camera:
    return Camera(_Camera, settings, description="(simulated)", clock=monotonic, jitter=lambda: 0.0)


def configuration(folder: Path, name: str, mqtt: Mapping[str, object]) -> dict[str, object]:
    """Return a node's configuration; its user is its name, and so is the password."""
    return {
        "node": {"id": name, "name": name, "state_directory": str(folder / name)},
        "mqtt": {"username": name, "password": name, **mqtt},
        "triggers": {"burst": 1},
    }


def run_nodes(orders: Connection, documents: Sequence[Mapping[str, object]], seed: int) -> None:
    """Run nodes until None is received; the target of a process.

    What is received otherwise is how many presses a second the nodes get from now on, together; what is sent for it is
    a Report, and for None how many observations are left in the outboxes.

    Args:
        orders: the other end.
        documents: a node's configuration each.
        seed: for which node is pressed next.
    """
    threading.stack_size(_STACK)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    random = Random(seed)  # noqa: S311 - a test that fails should fail again
    observed, card = _Observed(), read_card(model_path("attributes"))
    nodes = [_Node(Config.model_validate(each), card, observed) for each in documents]
    for node in nodes:
        node.start()
    with suppress(EOFError):
        _obey(orders, nodes, observed, lambda: random.choice(nodes).press())
    for node in nodes:
        node.inbox.put(Stop())
    left = sum([node.end() for node in nodes])
    with suppress(OSError):
        orders.send((left, observed.taken()))


def _obey(
    orders: Connection, nodes: Sequence[_Node], observed: _Observed, press: Callable[[], None]
) -> None:
    rate, due = 0.0, monotonic()
    while True:
        now = monotonic()
        while rate and due <= now:
            press()
            due += 1 / rate
        if not orders.poll(max(due - monotonic(), 0.0) if rate else None):
            continue
        order = orders.recv()
        if order is None:
            return
        if order != rate:
            rate, due = order, monotonic()
        connected = sum(node.led.is_well for node in nodes)
        waiting = sum(node.diagnostics.waiting for node in nodes)
        orders.send(Report(connected, waiting, observed.taken()))
