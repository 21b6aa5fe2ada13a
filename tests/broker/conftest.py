"""A real Mosquitto for each test that asks for one, on a free port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.broker.certificates import Certificates, make_certificates
from tests.broker.mosquitto import Mosquitto, free_port


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """A function that starts a broker with lines of its configuration file; all end with the test."""
    with ExitStack() as running:

        def start(*lines: str) -> Mosquitto:
            port = free_port()
            folder = tmp_path / f"broker-{port}"
            folder.mkdir()
            return running.enter_context(Mosquitto(folder, port, lines))

        yield start


@pytest.fixture
def broker(start_broker: Callable[..., Mosquitto]) -> Mosquitto:
    """A broker that accepts every client."""
    return start_broker("allow_anonymous true")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A private authority with a broker's and a node's certificate, and a stranger's authority."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))
