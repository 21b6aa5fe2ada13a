"""What a batch becomes in a real PostgreSQL."""

from __future__ import annotations

import pytest

from device.errors import DatabaseError
from device.store.database import connected
from device.store.message import Message
from device.store.writer import Writer, Written, open_writer
from tests.store.observations import changed, observation, published
from tests.store.postgres import Postgres

pytestmark = pytest.mark.store


def message(number: int = 0, **keys: object) -> Message:
    """An observation on the hall's topic, with some keys changed."""
    topic, payload = published(observation())
    return Message.cut(topic, changed(payload, **keys), number)


def test_a_batch_that_comes_again_is_stored_once(postgres: Postgres, database: str) -> None:
    """Also one within a batch, and one that the node sends again with another time."""
    first, second = message(), message()
    with open_writer(postgres.url(database, "facet_writer")) as writer:
        assert writer.write([first, second, first]) == Written(stored=2, repeated=1)
        again = Message.cut(
            first.topic,
            changed(first.payload, repeated=True, occurred_at="2026-11-25T00:00:00Z"),
            1,
        )
        assert writer.write([again, message()]) == Written(stored=1, repeated=1)
    assert postgres.execute(database, "select count(*) from facet.observation") == [(3,)]


def test_one_row_that_postgresql_refuses_keeps_no_other_back(
    postgres: Postgres, database: str
) -> None:
    """No check of a message knows all that a database refuses: here a rule of its owner's."""
    postgres.execute(database, "alter table facet.observation add check (trigger <> 'motion')")
    batch = [message(), message(trigger="motion"), message()]
    with open_writer(postgres.url(database, "facet_writer")) as writer:
        assert writer.write(batch) == Written(stored=2, set_aside=1)
    ((reason, topic),) = postgres.execute(database, "select reason, topic from facet.dead_letter")
    assert reason == "PostgreSQL refuses it: CheckViolation"
    assert topic == "facet/hall/event"


def test_dead_letters_are_bounded(postgres: Postgres, database: str) -> None:
    """The newest are kept, and the writer's role suffices to delete the others."""
    with connected(postgres.url(database, "facet_writer")) as connection:
        writer = Writer(connection, most_letters=3)
        for number in range(5):
            writer.write([Message.cut("facet/hall/event", f"{number}".encode(), number)] * 2)
    kept = postgres.execute(database, "select payload from facet.dead_letter order by id")
    assert kept == [(b"3",), (b"4",), (b"4",)]


def test_the_writer_can_read_and_delete_no_observation(postgres: Postgres, database: str) -> None:
    """Whoever takes over the service learns nothing of the past."""
    for sql in (
        "select * from facet.observation",
        "select * from facet.face",
        "select payload from facet.dead_letter",
        "delete from facet.observation",
        "update facet.observation set node = 'x'",
        "drop table facet.observation",
        "create table facet.mine ()",
    ):
        with (
            pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
            connected(postgres.url(database, "facet_writer")) as connection,
        ):
            connection.execute(sql.encode())


def test_a_database_without_the_schema_says_what_to_run(postgres: Postgres, empty: str) -> None:
    """And nothing is taken from the broker before that."""
    with (
        pytest.raises(
            DatabaseError, match=r"version 0, and 2 is needed: run `facet store migrate`"
        ),
        open_writer(postgres.url(empty)),
    ):
        pass
