"""The type of every setting that may be a URL: as text it shows no secret, so that no place has to think of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import core_schema

from device.system.redaction import redact_address

_SCHEME = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{1,3}")
# Of a query, a fragment, or a path that assigns values; or a query that is a value without a name.
_VALUE = re.compile(r"(?<=[=?#&;])[^?#&;=]+")
# A part of a path that is this long and has a digit may be a token; "Streaming" and "snapshot.jpg" are none.
_TOKEN = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z]).{12,}", re.DOTALL)


class SecretAddress:
    """A URL or a path. str(), repr(), f-strings and documents get only what may be shown of it.

    Args:
        address: with user, password, path and query.
    """

    __slots__ = ("_address",)

    def __init__(self, address: str) -> None:
        self._address = address

    def __str__(self) -> str:
        """Return what may be shown."""
        return redact_address(self._address)

    def __repr__(self) -> str:
        """Return what may be shown, and the type."""
        return f"{type(self).__name__}({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Return whether all of it is the same."""
        return isinstance(other, SecretAddress) and self._address == other._address

    def __hash__(self) -> int:
        """Return a hash of all of it."""
        return hash((SecretAddress, self._address))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read it from a text, and write what may be shown."""
        return _from_text(handler.generate_schema(str))

    def reveal(self) -> str:
        """Return all of it, for whoever connects to it, and for nobody who writes."""
        return self._address

    def secrets(self) -> Iterator[str]:
        """Yield the parts that must never be shown, wherever they turn up."""
        shown = str(self)
        if shown == self._address:
            return
        rest = _SCHEME.sub("", self._address)
        yield rest
        login, has_login, _ = rest.rpartition("@")
        if has_login:
            yield login
            yield login.partition(":")[2]
        _host, *behind = re.split(r"[/\\?#]", rest, maxsplit=1)
        for path_and_query in behind:
            yield from _of_path_and_query(path_and_query)


def _of_path_and_query(text: str) -> Iterator[str]:
    path, *query = re.split(r"[?#]", text, maxsplit=1)
    if query or "=" in path:
        yield text
        yield from query
        for value in _VALUE.findall(f"?{'&'.join(query)}") + _VALUE.findall(path):
            yield value
            yield from value.split("_")
    yield from filter(_TOKEN.fullmatch, re.split(r"[/\\]", path))


def secret_address(text: Any) -> GetPydanticSchema:  # noqa: ANN401 - a type with annotations
    """Return the annotation of a field whose value is checked as a text, and kept as a SecretAddress.

    Args:
        text: an annotated str, which has the checks and the description for people and editors.
    """
    return GetPydanticSchema(lambda _source, handler: _from_text(handler.generate_schema(text)))


def _from_text(text: core_schema.CoreSchema) -> core_schema.CoreSchema:
    return core_schema.no_info_after_validator_function(
        SecretAddress,
        core_schema.no_info_before_validator_function(_revealed, text),
        serialization=core_schema.to_string_ser_schema(),
    )


def _revealed(value: object) -> object:
    return value.reveal() if isinstance(value, SecretAddress) else value
