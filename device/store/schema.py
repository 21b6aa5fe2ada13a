"""The tables and views, as numbered steps that are each taken once."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import LiteralString, cast

from device.errors import DatabaseError
from device.store.database import Connection

_FOLDER = files("device.store")
# Any number that no other program is likely to lock.
_LOCK = 0x_FACE7_5704E
_BEGINNING: LiteralString = """
create schema if not exists facet;
create table if not exists facet.migration (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default now()
);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; the SQL is of a file that is never changed once it was released."""

    version: int
    name: str
    sql: LiteralString


def migrations() -> list[Migration]:
    """Return all steps, in their order."""
    folder = _FOLDER / "migrations"
    return [_step(file) for file in sorted(folder.iterdir(), key=lambda file: file.name)]


def sql() -> str:
    """Return all that `migrate` does on an empty database, to be read."""
    steps = "\n".join(f"-- {step.version}: {step.name}\n{step.sql}" for step in migrations())
    return f"{_BEGINNING.strip()}\n\n{steps}\n{_read(_FOLDER / 'grants.sql')}"


def migrate(connection: Connection, newest: int | None = None) -> list[Migration]:
    """Take the steps that are missing, all or none, and grant the roles that exist what they need.

    Two that do so at once wait for each other.

    Args:
        connection: of the schema's owner.
        newest: the last step that is taken; all are if it is None.

    Returns:
        What was done.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_BEGINNING)
        before = _version(connection)
        steps = [s for s in migrations() if before < s.version <= (newest or s.version)]
        for step in steps:
            connection.execute(step.sql)
            connection.execute(
                "insert into facet.migration (version, name) values (%s, %s)",
                (step.version, step.name),
            )
        if newest is None:
            _divide(connection)
            connection.execute(_read(_FOLDER / "grants.sql"))
    return steps


def require_current(connection: Connection) -> int:
    """Return the schema's version, if this release can work with it; a newer one only has more.

    Raises:
        DatabaseError: it is older, or there is none.
    """
    needed = migrations()[-1].version
    is_there = _one(connection, "select to_regclass('facet.migration') is not null")
    version = _version(connection) if is_there else 0
    if version < needed:
        message = (
            f"the database's schema is version {version}, and {needed} is needed: run `facet store migrate` "
            "as the owner of the schema"
        )
        raise DatabaseError(message)
    return version


def _divide(connection: Connection) -> None:
    """Let TimescaleDB divide the table by time, if it is installed and has not done so."""
    has_timescale = _one(
        connection,
        "select exists (select from pg_proc where proname = 'create_hypertable' "
        "and pg_function_is_visible(oid))",
    )
    is_divided = _one(
        connection,
        "select exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid "
        "and a.attnum = any (i.indkey) where i.indrelid = 'facet.observation'::regclass "
        "and i.indisprimary and a.attname = 'made_at')",
    )
    if has_timescale and not is_divided:
        connection.execute(_read(_FOLDER / "timescale.sql"))


def _version(connection: Connection) -> int:
    return cast("int", _one(connection, "select coalesce(max(version), 0) from facet.migration"))


def _one(connection: Connection, query: LiteralString) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _step(file: Traversable) -> Migration:
    number, _, name = file.name.removesuffix(".sql").partition("_")
    return Migration(int(number), name.replace("_", " "), _read(file))


def _read(file: Traversable) -> LiteralString:
    # Nothing from outside is in it.
    return file.read_text(encoding="utf-8")
