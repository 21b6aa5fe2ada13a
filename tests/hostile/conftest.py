"""What the tests of hostile brokers and floods share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.cli.demo.portrait import write_portrait
from tests.broker.mosquitto import Mosquitto
from tests.faults.rig import broker_that_keeps_all


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture file with one face."""
    return write_portrait(tmp_path_factory.mktemp("portrait"))


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that accepts every client."""
    with broker_that_keeps_all(tmp_path / "broker") as running:
        yield running
