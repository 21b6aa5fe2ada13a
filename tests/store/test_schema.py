"""The steps of the schema, from an empty database and from one of an earlier release."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from device.store import schema
from device.store.database import connected
from device.store.keeping import expire, forget
from device.store.message import Message
from device.store.schema import migrate, migrations, require_current
from device.store.writer import Writer, Written, open_writer
from tests.store.observations import ANNA, changed, face, known, observation, published
from tests.store.postgres import Postgres
from tests.summary import say


def test_the_steps_are_numbered_from_one() -> None:
    """So that a database's version says which of them it has."""
    assert [step.version for step in migrations()] == list(range(1, len(migrations()) + 1))


@pytest.mark.store
def test_an_empty_database_gets_all_steps_once(postgres: Postgres, empty: str) -> None:
    """A second run finds nothing to do."""
    with connected(postgres.url(empty)) as connection:
        assert migrate(connection) == migrations()
        assert migrate(connection) == []
        assert require_current(connection) == migrations()[-1].version


@pytest.mark.store
@pytest.mark.parametrize("version", range(1, len(migrations())))
def test_a_database_of_an_earlier_release_keeps_what_it_has(
    postgres: Postgres, empty: str, version: int
) -> None:
    """The later views show the rows of before."""
    with connected(postgres.url(empty)) as connection:
        migrate(connection, newest=version)
        postgres.execute(
            empty,
            "insert into facet.observation (event_id, made_at, base_topic, node, seen_at, "
            "is_time_uncertain, trigger, result, face_count, faces, left_out, timings) values "
            "(gen_random_uuid(), now(), 'facet', 'hall', now(), false, 'button', 'no_face', 0, '[]', '{}', '{}')",
        )
        assert [step.version for step in migrate(connection)] == [
            step.version for step in migrations()[version:]
        ]
    assert postgres.execute(empty, "select node, without_face from facet.seen_per_day") == [
        ("hall", 1)
    ]


@pytest.mark.store
def test_a_step_that_fails_leaves_the_database_as_it_was(postgres: Postgres, empty: str) -> None:
    """All steps are one transaction; here a view of the owner's is in the way."""
    postgres.execute(empty, "create schema facet; create view facet.latency as select 1")
    with (
        connected(postgres.url(empty)) as connection,
        pytest.raises(psycopg.errors.DuplicateTable),
    ):
        migrate(connection)
    assert postgres.execute(empty, "select to_regclass('facet.observation')") == [(None,)]


@pytest.mark.store
def test_two_that_migrate_at_once_wait_for_each_other(postgres: Postgres, empty: str) -> None:
    """Each step is taken by one of them."""

    def bring_up_to_date(_number: int) -> int:
        with connected(postgres.url(empty)) as connection:
            return len(migrate(connection))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(bring_up_to_date, range(4))) == len(migrations())


@pytest.mark.store
def test_a_newer_schema_is_good_enough(postgres: Postgres, database: str) -> None:
    """A release that was rolled back goes on to store."""
    postgres.execute(database, "insert into facet.migration values (99, 'of the future')")
    with open_writer(postgres.url(database, "facet_writer")):
        pass


@pytest.fixture
def with_timescale(postgres: Postgres, empty: str) -> str:
    """An empty database with TimescaleDB, or where that is not installed a stand-in for its function."""
    sql = (
        "create extension timescaledb"
        if postgres.has_timescale
        else "create function create_hypertable(regclass, name, chunk_time_interval interval, "
        "create_default_indexes boolean, migrate_data boolean) returns void language sql as ''"
    )
    postgres.execute(empty, sql)
    return empty


@pytest.mark.store
def test_a_table_that_timescaledb_divides_stores_each_event_once(
    postgres: Postgres, with_timescale: str, pytestconfig: pytest.Config
) -> None:
    """Its keys have a time in them, which is the same however often an event comes. What is there before is kept."""
    say(pytestconfig, "store", f"TimescaleDB: {'real' if postgres.has_timescale else 'stand-in'}")
    topic, payload = published(observation(face({}, known(ANNA))))
    again = changed(payload, occurred_at="2026-12-24T18:00:00Z", repeated=True)
    newest = migrations()[-1].version
    with connected(postgres.url(with_timescale)) as connection:
        migrate(connection, newest=newest)
        assert Writer(connection).write([Message(topic, payload, 1)]) == Written(stored=1)
        assert migrate(connection) == []
        assert migrate(connection) == []
    keys = postgres.execute(
        with_timescale,
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'observation_pkey'",
    )
    assert keys == [("PRIMARY KEY (event_id, made_at)",)]
    with open_writer(postgres.url(with_timescale, "facet_writer")) as writer:
        assert writer.write([Message(topic, again, 2)]) == Written(repeated=1)
        assert writer.write([Message(*published(observation()), 3)]) == Written(stored=1)
    with connected(postgres.url(with_timescale, "facet_keeper")) as connection:
        assert forget(connection, ANNA.name).observations == 1
        assert expire(connection, 1).observations == 0
    postgres.execute(
        with_timescale, "update facet.observation set received_at = now() - interval '2 days'"
    )
    with connected(postgres.url(with_timescale, "facet_keeper")) as connection:
        assert expire(connection, 1).observations == 2


def test_what_is_printed_is_all_that_is_run() -> None:
    """For whoever's administrator wants to read it first."""
    printed = schema.sql()
    for step in migrations():
        assert step.sql in printed
    assert "create table if not exists facet.migration" in printed
    assert "grant insert on facet.observation" in printed
