"""The node that `facet bench` measures: the real program in another process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import yaml

from device.mqtt.topics import Topics
from device.networks.files import is_own_network

TOPICS = Topics("facet-bench", "bench", "facet-bench-discovery")
"""Away from those of the owner's nodes, at whose broker this one may be."""

_TIMED_NODE = "device.cli.bench.timed_node"
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the measured node finds its broker, which needs no password.

    Attributes:
        host: or its address.
        port: of TCP.
        protocol: as in `mqtt.protocol`; "auto" finds out.
    """

    host: str
    port: int
    protocol: str = "auto"


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
def measured_node(
    broker: Broker, picture: Path, model: str, folder: Path, times: Path | None = None
) -> Iterator[MeasuredNode]:
    """Run a node while the context lasts.

    Args:
        broker: the node's.
        picture: what its camera shows.
        model: its attribute network.
        folder: is made for its settings and its state.
        times: the file for read_times, for a node that also recognises people; None for a node as it is.
    """
    folder.mkdir()
    config = folder / "facet.yaml"
    settings = {
        "node": {"id": TOPICS.node, "state_directory": str(folder / "state")},
        "mqtt": {
            "host": broker.host,
            "port": broker.port,
            "protocol": broker.protocol,
            "base_topic": TOPICS.base,
            "discovery_prefix": TOPICS.discovery_prefix,
        },
        "camera": {"source": str(picture.resolve())},
        "triggers": {"burst": 1},
        "attributes": {"model": str(Path(model).resolve()) if is_own_network(model) else model},
        "people": {"enabled": times is not None},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    program = ["device"] if times is None else [_TIMED_NODE, str(times)]
    options = ["run", "-c", str(config), "--log-level", "warning"]
    command = [sys.executable, "-m", *program, *options]
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


def read_times(file: Path) -> list[dict[str, float]]:
    """Return the milliseconds by stage of each event of a timed node that has ended, in their order."""
    return [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]
