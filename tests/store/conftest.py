"""A PostgreSQL for all tests of a process, and a database for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.store.database import connected
from device.store.schema import migrate
from tests.store.brokers import Broker, mosquitto, rabbitmq
from tests.store.postgres import Postgres

_ROLES = Path(__file__).parents[2] / "provisioning" / "store" / "roles.sql"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server with the roles of the shipped file."""
    # Not pytest's own folder, which only its user may enter.
    folder = Path(tempfile.mkdtemp(prefix="facet-postgres-"))
    folder.chmod(0o755)
    try:
        server = Postgres(folder)
        server.make()
        with server:
            server.execute("postgres", _ROLES.read_text(encoding="utf-8"))
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def empty(postgres: Postgres) -> str:
    """The name of an empty database."""
    return postgres.database()


@pytest.fixture
def database(postgres: Postgres, empty: str) -> str:
    """The name of a database with the newest schema."""
    with connected(postgres.url(empty)) as connection:
        migrate(connection)
    return empty


@pytest.fixture(scope="session", params=[rabbitmq, mosquitto], ids=["rabbitmq", "mosquitto"])
def broker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    """Either of them."""
    server, broker = request.param(tmp_path_factory.mktemp("broker"))
    with server:
        yield broker
