"""The node that `facet bench` measures: the real program in another process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import yaml

from device.mqtt.topics import Topics

TOPICS = Topics("facet-bench", "bench", "facet-bench-discovery")
"""Away from those of the owner's nodes, at whose broker this one may be."""

_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the measured node finds its broker, which needs no password."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class MeasuredNode:
    """A node that runs.

    Attributes:
        pid: of its process.
        started: when it was started, in seconds of perf_counter.
    """

    pid: int
    started: float


@contextmanager
def measured_node(broker: Broker, picture: Path, folder: Path) -> Iterator[MeasuredNode]:
    """Run a node while the context lasts.

    Args:
        broker: the node's.
        picture: what its camera shows.
        folder: where its settings and its state are kept.
    """
    config = folder / "facet.yaml"
    settings = {
        "node": {"id": TOPICS.node, "state_directory": str(folder / "state")},
        "mqtt": {
            "host": broker.host,
            "port": broker.port,
            "base_topic": TOPICS.base,
            "discovery_prefix": TOPICS.discovery_prefix,
        },
        "camera": {"source": str(picture.resolve())},
        "triggers": {"burst": 1},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "device", "run", "-c", str(config), "--log-level", "warning"]
    started = perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr)  # noqa: S603 - this very program
    try:
        yield MeasuredNode(process.pid, started)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
