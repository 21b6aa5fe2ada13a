"""The connection with PostgreSQL: what it raises becomes an error for the owner, without a word of the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict

from device.errors import DatabaseError

Connection: TypeAlias = psycopg.Connection[tuple[object, ...]]

_CONNECT_SECONDS = 10
# Of what the service does; what an owner deletes may take longer. Less than the broker's heartbeat, so that it keeps
# the connection meanwhile.
_STATEMENT_SECONDS = 20
# Of silence, after which the kernel asks whether the other side is still there, and of no answer at all.
_KEEPALIVE_SECONDS = 30


@contextmanager
def connected(database: str, *, is_bounded: bool = False) -> Iterator[Connection]:
    """Give a connection that commits at each statement outside of a transaction.

    Args:
        database: a URL or a text that libpq knows; what it leaves out is in libpq's variables and ~/.pgpass.
        is_bounded: whether a statement is given up after a while.

    Raises:
        DatabaseError: the database cannot be reached, or what is done with it fails.
    """
    options = f"-c statement_timeout={_STATEMENT_SECONDS}s" if is_bounded else None
    with (
        explained(),
        psycopg.connect(
            _checked(database),
            autocommit=True,
            application_name="facet store",
            connect_timeout=_CONNECT_SECONDS,
            keepalives_idle=_KEEPALIVE_SECONDS,
            tcp_user_timeout=1000 * _KEEPALIVE_SECONDS,
            options=options,
        ) as connection,
    ):
        yield connection


@contextmanager
def explained() -> Iterator[None]:
    """Raise what PostgreSQL says as an error for the owner.

    Raises:
        DatabaseError: in place of psycopg's.
    """
    try:
        yield
    except psycopg.Error as error:
        # Details and contexts repeat what is in the row.
        said = error.diag.message_primary or str(error)
        message = f"the database: {' '.join(said.split())}"
        raise DatabaseError(message) from error


def secrets_of(database: str) -> Iterator[str]:
    """Yield what of a URL must never be shown."""
    password = _parts(database).get("password")
    if password:
        yield str(password)


def _checked(database: str) -> str:
    _parts(database)
    return database


def _parts(database: str) -> dict[str, object]:
    """Return what a URL says, if it is one: libpq's own errors would repeat what they cannot read, with the password.

    Raises:
        DatabaseError: it cannot be read, or a part of a password seems to be in a wrong place.
    """
    try:
        parts: dict[str, object] = dict(conninfo_to_dict(database))
    except psycopg.Error:
        parts = {"host": "@"}
    port = str(parts.get("port") or "").replace(",", "")
    is_misread = any("@" in str(parts.get(key)) for key in ("host", "dbname"))
    if is_misread or not (port.isdecimal() or not port):
        message = (
            "--database cannot be read; allowed is postgresql://USER@HOST/NAME or 'host=... dbname=...', "
            "with marks such as @ and / in a password written as %40 and %2F"
        )
        raise DatabaseError(message) from None
    return parts
