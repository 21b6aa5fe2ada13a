"""`facet bench`: what a press costs on this machine, beside what the networks alone cost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import paho.mqtt.client as mqtt
import yaml
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from rich.console import Console
from rich.progress import track

from device.camera import read_picture
from device.config import PerceptionSettings
from device.entities.documents import EVENT
from device.entities.kinds import PRESS
from device.errors import BenchError
from device.mqtt.client import disable_nagle
from device.mqtt.topics import ONLINE, Topics
from device.perception import Perception, open_perception
from device.system.machine import cpu_seconds, resident_bytes

_ONLINE_TIMEOUT = 60.0
_ANSWER_TIMEOUT = 30.0
_IDLE_SECONDS = 10
# The first presses load pages and fill caches.
_WARM_UP = 3
_STDERR = Console(stderr=True)
_TOPICS = Topics("facet-bench", "bench", "facet-bench-discovery")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the node under test finds its broker; without a password."""

    host: str
    port: int


def print_bench(broker: str | None, picture: Path | None, presses: int, *, as_json: bool) -> None:
    """Run bench and print its figures; without a broker or a picture, with those of the demo.

    Raises:
        FacetError: see bench; or the extra `demo` is not installed.
    """
    from device.cli.demo.broker import HOST, EmbeddedBroker, parse_broker
    from device.cli.demo.portrait import write_portrait

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        shown = picture or write_portrait(folder)
        where = (
            parse_broker(broker) if broker else (HOST, stack.enter_context(EmbeddedBroker()).port)
        )
        figures = bench(Broker(*where), shown, presses)
    sys.stdout.write(json.dumps(figures, indent=None if as_json else 2) + "\n")


def bench(broker: Broker, picture: Path, presses: int) -> dict[str, Any]:
    """Run a node in a process of its own, press it, and return the figures that docs/performance.md explains.

    Args:
        broker: that the node and this process share.
        picture: stands before the node's camera; a burst is one frame of it.
        presses: how many are measured.

    Raises:
        BenchError: the node did not come online or did not answer, or the picture shows no usable face.
        CameraError: the picture cannot be read.
    """
    read_picture(picture)  # a wrong path is told at once, not by a node that sees nothing
    perception = open_perception(PerceptionSettings(), "attributes")
    ears = _Ears(broker)
    with TemporaryDirectory() as folder, _node(broker, picture, Path(folder)) as (node, started):
        ears.wait_until_online()
        start_to_online = perf_counter() - started
        bare, pressed = [], []
        for _ in track(range(_WARM_UP + presses), "pressing", console=_STDERR):
            # By turns, so that what else the machine does burdens both alike.
            bare.append(_bare_milliseconds(perception))
            pressed.append(ears.press())
        before = cpu_seconds(node.pid)
        for _ in track(range(_IDLE_SECONDS), "idling", console=_STDERR):
            sleep(1)
        idle = (cpu_seconds(node.pid) - before) / _IDLE_SECONDS
        resident = resident_bytes(node.pid)
    ears.close()
    measured = pressed[_WARM_UP:]
    bare_ms = median(bare[_WARM_UP:])
    total_ms = median(press.total_ms for press in measured)
    return {
        "stages": {
            stage: round(median(press.stages[stage] for press in measured), 2)
            for stage in measured[0].stages
        },
        "bare_ms": round(bare_ms, 2),
        "total_ms": round(total_ms, 2),
        "overhead_ratio": round(total_ms / bare_ms, 2),
        "round_trip_ms": round(median(press.round_trip_ms for press in measured), 2),
        "rss_mb": round(resident / 1e6, 1),
        "start_to_online_s": round(start_to_online, 2),
        "idle_cpu_percent": round(idle * 100, 2),
    }


@dataclass(frozen=True, slots=True)
class _Press:
    stages: dict[str, float]
    total_ms: float
    round_trip_ms: float


class _Ears:
    """A second client of the broker, as Home Assistant is one."""

    def __init__(self, broker: Broker) -> None:
        self._heard: SimpleQueue[tuple[str, bytes, float]] = SimpleQueue()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.on_message = self._hear
        self._client.on_socket_open = disable_nagle
        try:
            self._client.connect(broker.host, broker.port)
        except OSError as error:
            msg = f"--broker {broker.host}:{broker.port} does not answer: {error}; start one there"
            raise BenchError(msg) from error
        self._client.subscribe(f"{_TOPICS.base}/#", 1)
        self._client.loop_start()

    def wait_until_online(self) -> None:
        """Wait until the node and its camera have both said that they are there, in whichever order."""
        online = set()
        for topic, payload, _ in self._messages("that it is online", _ONLINE_TIMEOUT):
            if payload == ONLINE.encode():
                online.add(topic)
            if {_TOPICS.status, _TOPICS.camera_status} <= online:
                return

    def press(self) -> _Press:
        """Press the button in Home Assistant's way and wait for the observation."""
        pressed = perf_counter()
        self._client.publish(_TOPICS.command("capture"), PRESS, 1)
        event_topic = _TOPICS.document(EVENT)
        payload, at = next(
            (payload, at)
            for topic, payload, at in self._messages("an observation", _ANSWER_TIMEOUT)
            if topic == event_topic
        )
        event = json.loads(payload)
        if event["reason"] is not None:
            msg = f"--picture: the node answered {event['reason']}; give a picture with one clear face"
            raise BenchError(msg)
        took = datetime.fromisoformat(event["delivered_at"]) - datetime.fromisoformat(
            event["triggered_at"]
        )
        return _Press(event["timings"], took.total_seconds() * 1000, (at - pressed) * 1000)

    def _messages(self, expected: str, timeout: float) -> Iterator[tuple[str, bytes, float]]:
        """Yield topic, payload and time of arrival (perf_counter) of what comes within so many seconds."""
        deadline = perf_counter() + timeout
        while True:
            try:
                yield self._heard.get(timeout=max(0.0, deadline - perf_counter()))
            except Empty:
                msg = f"the node did not say {expected} within {timeout:.0f} s; see its log above"
                raise BenchError(msg) from None

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._heard.put((message.topic, bytes(message.payload), perf_counter()))


@contextmanager
def _node(
    broker: Broker, picture: Path, folder: Path
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Run a node for a while; give its process and when it was started (perf_counter)."""
    config = folder / "facet.yaml"
    settings = {
        "node": {"id": _TOPICS.node, "state_directory": str(folder / "state")},
        "mqtt": {
            "host": broker.host,
            "port": broker.port,
            "base_topic": _TOPICS.base,
            "discovery_prefix": _TOPICS.discovery_prefix,
        },
        "camera": {"source": str(picture.resolve())},
        "triggers": {"burst": 1},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "device", "run", "-c", str(config), "--log-level", "warning"]
    started = perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr)  # noqa: S603 - this very program
    try:
        yield process, started
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _bare_milliseconds(perception: Perception) -> float:
    """Return what the invocations of TFLite for one face in one frame cost, and nothing else."""
    total = 0.0
    for network, times in perception.invocations_per_face():
        for _ in range(times):
            start = perf_counter()
            network.invoke()
            total += perf_counter() - start
    return total * 1000
