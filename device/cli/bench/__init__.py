"""`facet bench`: what a press costs on this machine, and what the networks alone cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from rich.progress import track

from device.camera import read_picture
from device.cli.bench.listener import NODE_TOPIC, NodeListener, Press
from device.cli.bench.node import Broker, measured_node
from device.cli.broker_client import broker_client
from device.config import MqttSettings
from device.errors import BenchError
from device.observation import Frame
from device.perception import open_perception
from device.perception.runtime import Network
from device.system.console import open_console
from device.system.machine import cpu_seconds, resident_bytes

_IDLE_SECONDS = 10
# The first presses load pages and fill caches.
_WARM_UP_PRESSES = 3
_STDERR = open_console(stderr=True)


def print_bench(broker: str | None, picture: Path | None, presses: int, *, as_json: bool) -> None:
    """Run bench and print its figures; without a broker or a picture, with those of the demo.

    Raises:
        FacetError: as bench; or the extra `demo` is not installed.
    """
    from device.cli.demo.broker import HOST, EmbeddedBroker, parse_broker
    from device.cli.demo.portrait import write_portrait

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        shown = picture or write_portrait(folder)
        address = (
            parse_broker(broker) if broker else (HOST, stack.enter_context(EmbeddedBroker()).port)
        )
        figures = bench(Broker(*address), shown, presses)
    sys.stdout.write(json.dumps(figures, indent=None if as_json else 2) + "\n")


def bench(broker: Broker, picture: Path, presses: int) -> dict[str, Any]:
    """Run a node in another process, press it, and return the figures that docs/performance.md explains.

    Args:
        broker: for the node and this process.
        picture: what the node's camera shows; a burst is one frame of it.
        presses: how many are measured.

    Raises:
        BenchError: the node does not come online or does not answer, or the picture shows no usable face.
        CameraError: the picture cannot be read.
    """
    # Here, so that a wrong path is an error of this process, and not a node that sees nothing.
    frame = Frame(read_picture(picture))
    invocations = open_perception().invocations(frame)
    # 3.1.1: the embedded broker supports no other version.
    settings = MqttSettings(host=broker.host, port=broker.port, protocol="3.1.1")
    bare: list[float] = []
    pressed: list[Press] = []
    with (
        broker_client(settings, NODE_TOPIC, error=BenchError) as client,
        TemporaryDirectory() as folder,
        measured_node(broker, picture, Path(folder)) as node,
    ):
        listener = NodeListener(client)
        listener.wait_until_online()
        start_to_online = perf_counter() - node.started
        for _ in track(range(_WARM_UP_PRESSES + presses), "pressing", console=_STDERR):
            # In turns, so that other work of the machine affects both in the same way.
            bare.append(_bare_milliseconds(invocations))
            pressed.append(listener.press())
        before = cpu_seconds(node.pid)
        for _ in track(range(_IDLE_SECONDS), "idling", console=_STDERR):
            sleep(1)
        idle = (cpu_seconds(node.pid) - before) / _IDLE_SECONDS
        resident = resident_bytes(node.pid)
    return {
        **_press_figures(bare[_WARM_UP_PRESSES:], pressed[_WARM_UP_PRESSES:]),
        "rss_mb": round(resident / 1e6, 1),
        "start_to_online_s": round(start_to_online, 2),
        "idle_cpu_percent": round(idle * 100, 2),
    }


def _press_figures(bare: list[float], pressed: list[Press]) -> dict[str, Any]:
    """Return the medians.

    Args:
        bare: milliseconds of the networks alone.
        pressed: what presses cost, measured in turns with bare.
    """
    bare_ms = median(bare)
    total_ms = median(press.total_ms for press in pressed)
    return {
        "stages": {
            stage: round(median(press.stages[stage] for press in pressed), 2)
            for stage in pressed[0].stages
        },
        "bare_ms": round(bare_ms, 2),
        "total_ms": round(total_ms, 2),
        "overhead_ratio": round(total_ms / bare_ms, 2),
        "round_trip_ms": round(median(press.round_trip_ms for press in pressed), 2),
    }


def _bare_milliseconds(invocations: Sequence[tuple[Network, int]]) -> float:
    """Return what the invocations of TFLite for one frame cost, and nothing else."""
    total = 0.0
    for network, times in invocations:
        for _ in range(times):
            start = perf_counter()
            network.invoke()
            total += perf_counter() - start
    return total * 1000
