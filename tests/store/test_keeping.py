"""What is deleted stays deleted, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from device.people.identity import Identity, Recognition
from device.store.database import connected
from device.store.keeping import Deleted, expire, forget
from device.store.message import Message
from device.store.writer import open_writer
from tests.store.observations import ANNA, BEN, face, known, observation, published
from tests.store.postgres import Postgres

pytestmark = pytest.mark.store

_EITHER = Identity(Recognition.AMBIGUOUS, (ANNA, BEN), ANNA, 0.6, 0.01, 0.5)


@pytest.fixture
def people(postgres: Postgres, database: str) -> str:
    """A database in which Anna was seen alone, beside Ben, and as one of two; and a dead letter with her name."""
    seen = [
        observation(face({}, known(ANNA)), node="one"),
        observation(face({}, known(BEN)), face({"Smiling": True}, known(ANNA)), node="two"),
        observation(face({}, _EITHER), node="three"),
        observation(face({}, known(BEN)), node="four"),
    ]
    messages = [Message(*published(each), 0) for each in seen]
    _, payload = published(seen[0])
    with open_writer(postgres.url(database, "facet_writer")) as writer:
        writer.write(
            [*messages, Message("facet/x/event", payload, 0), Message("facet/x/event", b"x", 0)]
        )
    return database


def _names(postgres: Postgres, database: str) -> dict[str, Any]:
    rows = postgres.execute(database, "select node, faces from facet.observation")
    return {node: [shown["person"].get("name") for shown in faces] for node, faces in rows}


@pytest.mark.parametrize("who", [ANNA.name, ANNA.id])
def test_whoever_is_forgotten_is_in_no_observation(
    postgres: Postgres, people: str, who: str
) -> None:
    """By name or id; the faces stay, of nobody. Only a name finds those who were one of two."""
    with connected(postgres.url(people, "facet_keeper")) as connection:
        gone = forget(connection, who)
        assert forget(connection, who) == Deleted(0, 0)
    is_name = who == ANNA.name
    assert gone == Deleted(3 if is_name else 2, 1)
    assert _names(postgres, people) == {
        "one": [None],
        "two": ["Ben", None],
        "three": [None],
        "four": ["Ben"],
    }
    ((faces,),) = postgres.execute(people, "select faces from facet.observation where node = 'two'")
    assert faces[1]["person"] == {"result": "forgotten"}
    assert faces[1]["attributes"]["Smiling"]["present"]
    if is_name:
        text = json.dumps(postgres.execute(people, "select faces from facet.observation"))
        assert json.dumps(ANNA.name)[1:-1] not in text


def test_the_observations_may_go_as_well(postgres: Postgres, people: str) -> None:
    """Also for whoever was seen beside them."""
    with connected(postgres.url(people, "facet_keeper")) as connection:
        assert forget(connection, ANNA.name, with_observations=True) == Deleted(3, 1)
    assert _names(postgres, people) == {"four": ["Ben"]}


def test_a_name_is_a_value_and_no_sql(postgres: Postgres, people: str) -> None:
    """Nor a pattern."""
    with connected(postgres.url(people, "facet_keeper")) as connection:
        for name in ("%", "' or true --", "anna ö."):
            assert forget(connection, name) == Deleted(0, 0)
    assert len(_names(postgres, people)) == 4


def test_what_is_too_old_expires(postgres: Postgres, people: str) -> None:
    """By the database's clock: a node's may be wrong."""
    for table, column in (("observation", "node = 'one'"), ("dead_letter", "payload = 'x'")):
        postgres.execute(
            people,
            f"update facet.{table} set received_at = now() - interval '91 days' where {column}",  # noqa: S608
        )
    with connected(postgres.url(people, "facet_keeper")) as connection:
        assert expire(connection, days=92) == Deleted(0, 0)
        assert expire(connection, days=90) == Deleted(1, 1)
    assert set(_names(postgres, people)) == {"two", "three", "four"}
