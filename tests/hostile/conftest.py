"""What the tests of hostile brokers and floods share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.cli.demo.portrait import write_portrait
from tests.broker.mosquitto import Mosquitto, free_port
from tests.faults.rig import KEEPS_ALL


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture file with one face."""
    return write_portrait(tmp_path_factory.mktemp("portrait"))


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that accepts every client."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with Mosquitto(folder, free_port(), KEEPS_ALL) as running:
        yield running
