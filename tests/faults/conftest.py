"""What the tests of faults share: a broker that keeps what it was given, a picture, and how long they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from device.cli.demo.portrait import write_portrait
from tests.broker.certificates import Certificates, make_certificates
from tests.broker.mosquitto import Mosquitto
from tests.faults.rig import Rig, broker_that_keeps_all, rig

StartRig = Callable[..., AbstractContextManager[Rig]]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that accepts every client."""
    with broker_that_keeps_all(tmp_path / "broker") as running:
        yield running


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture file with one face."""
    return write_portrait(tmp_path_factory.mktemp("portrait"))


@pytest.fixture
def start_rig(tmp_path: Path, portrait: Path, broker: Mosquitto) -> StartRig:
    """A function that starts a node, a network and a subscriber around the broker."""
    return partial(rig, tmp_path, portrait, broker)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A private authority with a broker's certificate."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))
