"""What a running node takes of its machine, and what its start costs."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from device.cli.demo.portrait import write_portrait
from device.cli.memory.steps import memory
from device.system.machine import cpu_seconds
from tests.broker.mosquitto import Mosquitto, wait_for
from tests.broker.observer import Observer, observe

pytestmark = pytest.mark.broker

_PRESSES = 3
# Seconds. A node gives back what presses need five after the last of them.
_REST = 60
# A node without the two libraries that see cannot be: they are what its start is compared with.
_LIBRARIES = "import numpy, cv2"
# 5 to 7 were measured, the latter where Python may not keep what it has compiled.
_MOST_STARTS = 10


@contextmanager
def _running(broker: Mosquitto, folder: Path, model: str) -> Iterator[tuple[int, Observer]]:
    """Give the process of a node that is online, and who receives what it publishes."""
    config = folder / "facet.yaml"
    settings = {
        "node": {"id": "small", "state_directory": str(folder / "state")},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
        "camera": {"source": str(write_portrait(folder))},
        "attributes": {"model": model},
    }
    config.write_text(yaml.safe_dump(settings))
    command = [sys.executable, "-m", "device", "run", "-c", str(config), "--log-level", "warning"]
    with observe(broker.port) as home, subprocess.Popen(command) as node:
        try:
            home.expect("facet/small/status", b"online")
            yield node.pid, home
        finally:
            node.terminate()


@pytest.mark.parametrize(
    ("model", "pressed", "at_rest"), [("attributes", 95, 100), ("attributes-lite", 82, 88)]
)
def test_a_node_is_small(
    broker: Mosquitto, tmp_path: Path, model: str, pressed: float, at_rest: float
) -> None:
    """In millions of bytes, a little above what was measured: anonymous memory when it was pressed, all memory later.

    How much of a library is resident while it runs is the kernel's choice: Linux 6.18 maps up to a megabyte at a time.
    """
    with _running(broker, tmp_path, model) as (pid, home):
        rollup = Path(f"/proc/{pid}/smaps_rollup")
        for _ in range(_PRESSES):
            home.publish("facet/small/set/capture", "PRESS")
            home.expect("facet/small/event")
        assert memory(rollup)["anonymous_mb"] < pressed
        wait_for(
            lambda: memory(rollup)["rss_mb"] < at_rest, "what presses need is given back", _REST
        )


def test_a_start_costs_some_times_what_importing_the_libraries_costs(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """In processor time from the start to online, which other work on the machine hardly changes."""
    with _running(broker, tmp_path, "attributes") as (pid, _):
        started = cpu_seconds(pid)
    libraries = min(_cpu_seconds_of(_LIBRARIES) for _ in range(3))
    print(started, libraries, started / libraries)
    assert started < _MOST_STARTS * libraries


def _cpu_seconds_of(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
