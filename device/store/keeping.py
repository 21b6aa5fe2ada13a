"""What is deleted: observations that are too old, and people who want to be forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import LiteralString

from device.store.database import Connection

# Rows that are deleted at once, so that no lock lasts for long.
_AT_ONCE = 10_000

_EXPIRE: LiteralString = (
    "delete from facet.observation where event_id in (select event_id from facet.observation "
    "where received_at < now() - make_interval(days => %s) limit %s)"
)
_EXPIRE_LETTERS: LiteralString = (
    "delete from facet.dead_letter where received_at < now() - make_interval(days => %s)"
)
_TAKE_NAME: LiteralString = """
update facet.observation
set faces = (
  select jsonb_agg(
    case when facet.may_show(face, %(person)s) then face || '{"person": {"result": "forgotten"}}' else face end
    order by number)
  from jsonb_array_elements(faces) with ordinality f (face, number))
where exists (select from jsonb_array_elements(faces) face where facet.may_show(face, %(person)s))
"""
_DELETE: LiteralString = """
delete from facet.observation
where exists (select from jsonb_array_elements(faces) face where facet.may_show(face, %(person)s))
"""
_FORGET_LETTERS: LiteralString = (
    "delete from facet.dead_letter where position(%s::bytea in payload) > 0 "
    "or position(%s::bytea in payload) > 0"
)


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many of each are gone, or have lost a name."""

    observations: int
    letters: int


def expire(connection: Connection, days: int) -> Deleted:
    """Delete what was received more than some days ago.

    Args:
        connection: outside of a transaction; each of many deletions is committed.
        days: at least 1.
    """
    gone = 0
    while (count := connection.execute(_EXPIRE, (days, _AT_ONCE)).rowcount) > 0:
        gone += count
    return Deleted(gone, connection.execute(_EXPIRE_LETTERS, (days,)).rowcount)


def forget(connection: Connection, person: str, *, with_observations: bool = False) -> Deleted:
    """Take somebody out of all observations, and delete the dead letters that have the name.

    Args:
        connection: of a role that may read and change the faces.
        person: the name or the id.
        with_observations: whether the observations are deleted as a whole, also for others who are in them.
    """
    statement = _DELETE if with_observations else _TAKE_NAME
    escaped = json.dumps(person)[1:-1].encode()
    with connection.transaction():
        observations = connection.execute(statement, {"person": person}).rowcount
        letters = connection.execute(_FORGET_LETTERS, (person.encode(), escaped)).rowcount
    return Deleted(observations, letters)
