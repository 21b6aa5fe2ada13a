"""What the commands of `facet store` print, against the real servers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.store.brokers import FLEET, Broker
from tests.store.consumer import StoreProcess
from tests.store.observations import ANNA, face, known, observation, published
from tests.store.postgres import Postgres
from tests.store.publisher import Fleet

pytestmark = pytest.mark.store


def _facet(*arguments: str) -> tuple[int, str]:
    """Run `facet store` with arguments; return its exit code, and all that it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "device", "store", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_a_database_is_made_and_filled_and_emptied(postgres: Postgres, empty: str) -> None:
    """As docs/store.md says."""
    owner, keeper = postgres.url(empty), postgres.url(empty, "facet_keeper")
    assert _facet("migrate", "--database", owner) == (0, "1: observations\n2: views\n")
    assert _facet("migrate", "--database", owner) == (0, "The schema is up to date.\n")
    assert _facet("forget", ANNA.name, "--database", keeper) == (
        0,
        "took the name out of 0 observations, and deleted 0 dead letters\n",
    )
    assert _facet("expire", "--database", keeper) == (
        0,
        "deleted 0 observations and 0 dead letters\n",
    )


def test_check_reaches_both(postgres: Postgres, database: str, broker: Broker) -> None:
    """With TLS, and the rights that the service has."""
    url = postgres.url(database, "facet_writer")
    code, printed = _facet("check", "--database", url, *broker.options)
    assert code == 0, printed
    assert "database: schema version 2" in printed
    assert "connected" in printed


def test_check_says_what_is_wrong(
    postgres: Postgres, database: str, broker: Broker, tmp_path: Path
) -> None:
    """In one line without a password: it is wrong, or the certificate is of an authority that nobody knows."""
    url = postgres.url(database, "facet_writer")
    wrong = tmp_path / "password"
    wrong.write_text("Sn0w/wrong")
    for options in (
        (*broker.options, "--broker-password-file", str(wrong)),
        broker.options[:-2],
    ):
        code, printed = _facet("check", "--database", url, *options)
        assert code == 1, printed
        *_, line = printed.splitlines()
        assert line.startswith("error: "), printed
        assert any(word in line.lower() for word in ("refused", "authori", "certificate")), printed
        assert "Traceback" not in printed
        assert "Sn0w" not in printed


def test_no_name_is_in_the_log_of_a_database_that_refuses(
    postgres: Postgres, database: str, broker: Broker, tmp_path: Path
) -> None:
    """PostgreSQL's own error would repeat the whole row."""
    postgres.execute(database, "revoke insert on facet.observation from facet_writer")
    options = ("--group", f"facet-store-{database}", "--log-level", "debug", *broker.options)
    with (
        StoreProcess(
            tmp_path / "log", postgres.url(database, "facet_writer"), *options
        ) as consumer,
        Fleet(broker.mqtt_port, FLEET) as fleet,
    ):
        wait_for(lambda: consumer.connections == 1, "it is there", 90)
        seen = observation(face({}, known(ANNA)))
        fleet.send(*published(seen))
        fleet.settle()
        wait_for(lambda: "permission denied for table observation" in consumer.log, "it fails")
        postgres.execute(database, "grant insert on facet.observation to facet_writer")
        wait_for(
            lambda: postgres.execute(database, "select count(*) from facet.observation") == [(1,)],
            "it is stored when it is allowed",
        )
    assert "Anna" not in consumer.log
    assert broker.password not in consumer.log
