"""What the scripts need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.cli.demo.portrait import write_portrait
from tests.broker.mosquitto import Mosquitto, free_port
from tests.broker.observer import observe
from tests.examples.scripts import TOPICS, Running, running, write_config


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """One smiling face, 640x480 pixels, alone in its folder."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    return write_portrait(folder)


@pytest.fixture
def config(tmp_path: Path, portrait: Path) -> Path:
    """A node whose broker is not there."""
    return write_config(tmp_path, portrait, free_port())


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that lets everybody in."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with Mosquitto(folder, free_port(), ("allow_anonymous true",)) as broker:
        yield broker


@pytest.fixture
def node(broker: Mosquitto, tmp_path: Path, portrait: Path) -> Iterator[tuple[Running, Path]]:
    """A node that is online, which is the example with a second sink; and its configuration."""
    path = write_config(tmp_path, portrait, broker.port)
    with (
        observe(broker.port, TOPICS.status) as observer,
        running(tmp_path, "second_sink", path) as script,
    ):
        observer.expect(TOPICS.status, b"online")
        yield script, path
