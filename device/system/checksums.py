"""Checksums within a JSON object, by which a flipped bit is found, and what is still right is told from what is not.

They stand under a key of their own, which an older Facet ignores; a file without them, from an older Facet, is taken as
it is. There is one for each value, under its JSON pointer (RFC 6901), and one for all of them together, under "".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from device.system.text import printable

CHECKSUMS = "checksums"
"""The key in the document. An algorithm that replaces this one needs another key."""

_WHOLE = ""
# One for all values: to make an encoder takes longer than to use it.
_SORTED = json.JSONEncoder(sort_keys=True)
_CHECKSUM = re.compile(r"crc32:[0-9a-f]{8}")
# A key is no longer than this in any document of ours, and a text of backslashes is searched in linear time.
_KEY = re.compile(r'"((?:[^"\\]|\\.){0,200})"\s*:\s*')
# Ours have four. Whoever publishes a document that is nested deeper than Python's stack would fail there.
_MAXIMUM_DEPTH = 16
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file holds.

    Attributes:
        values: all of them; of a damaged file only those that are certainly what was written.
        damage: what is wrong with it; None when nothing is.
        is_certain: whether checksums say so; a file of an older Facet, and any other one, has none.
    """

    values: dict[str, Any] = field(default_factory=dict)
    damage: str | None = None
    is_certain: bool = True


def with_checksums(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a document with its checksums.

    Args:
        values: JSON.
        name: of the file; another file's content does not fit.
    """
    # First, so that the beginning of a file that was cut off is certain.
    return {CHECKSUMS: _checksums(values, name), **values}


def check(content: bytes, name: str) -> Checked:
    """Return what a file holds; anything may be in it.

    Args:
        content: of the file.
        name: as it was when the file was written.
    """
    text = content.decode("utf-8", "replace")
    try:
        document = _parsed(content)
    except (ValueError, RecursionError) as error:
        return _salvaged(text, name, f"it is damaged: {error}")
    given = document.pop(CHECKSUMS, None)
    if given is None and _CHECKSUM.search(text) is None:
        return Checked(document, is_certain=False)
    if given == _checksums(document, name):
        return Checked(document)
    found = "it is damaged: its values are not those that were written"
    if isinstance(given, dict) and given.get(_WHOLE) == _checksum(name, _WHOLE, document):
        return Checked(document, "it is damaged: one of its checksums is; its values can be read")
    return _salvaged(text, name, found)


def _parsed(content: bytes) -> dict[str, Any]:
    """Return an object of which every part can be published.

    Raises:
        ValueError: it is none.
        RecursionError: it is nested too deep for the parser.
    """
    document = json.loads(content.decode(), parse_constant=_reject_constant)
    if not isinstance(document, dict):
        message = "it does not hold an object"
        raise ValueError(message)  # noqa: TRY004 - as for all else that may be in a file
    if _depth_exceeds(document, _MAXIMUM_DEPTH):
        message = f"it is nested more than {_MAXIMUM_DEPTH} levels deep"
        raise ValueError(message)
    # JSON may spell half of a character, which nobody can encode, and a number without end: 1e999.
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    return document


def _reject_constant(name: str) -> float:
    message = f"{name} is not a number"
    raise ValueError(message)


def _depth_exceeds(document: object, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)  # type: ignore[attr-defined]
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def _salvaged(text: str, name: str, damage: str) -> Checked:
    """Return the values of a damaged text whose checksums fit, wherever they stand in it.

    Also of a text that is no JSON any more, and if it is a key that is damaged: a value counts only with its checksum.
    """
    checksums: dict[str, str] = {}
    values: list[tuple[str, Any]] = []
    for key, value in _pairs(text):
        if isinstance(value, str) and _CHECKSUM.fullmatch(value):
            checksums[key] = value
        else:
            values.append((key, value))
    checksums.pop(_WHOLE, None)
    salvaged: dict[str, Any] = {}
    lost = []
    for pointer, checksum in checksums.items():
        # What stands under its own key comes first: most of the time it is the one.
        own = _steps(pointer)[-1]
        for _key, value in sorted(values, key=lambda pair: pair[0] != own):
            if _checksum(name, pointer, value) == checksum:
                _put(salvaged, pointer, value)
                break
        else:
            lost.append(pointer)
    if not salvaged:
        return Checked({}, damage)
    count = sum(1 for _ in _leaves(salvaged))
    rest = f", but not {', '.join(printable(p) for p in lost[:_SHOWN])}" if lost else ""
    more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    return Checked(salvaged, f"{damage}; {count} values can be read{rest}{more}")


def _pairs(text: str) -> Iterator[tuple[str, Any]]:
    """Yield all that looks like a key with a value that is no section."""
    decoder = json.JSONDecoder(parse_constant=_reject_constant)
    for match in _KEY.finditer(text):
        start = match.end()
        if text.startswith("{", start) and not text.startswith("{}", start):
            continue
        try:
            key = json.loads(f'"{match[1]}"')
            value, _end = decoder.raw_decode(text, start)
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            continue
        yield key, value


def _checksums(values: Mapping[str, Any], name: str) -> dict[str, str]:
    checksums = {pointer: _checksum(name, pointer, value) for pointer, value in _leaves(values)}
    return {_WHOLE: _checksum(name, _WHOLE, values), **checksums}


def _checksum(name: str, pointer: str, value: object) -> str:
    # A checksum of all that a value is, and of where it belongs: true in the place of false is found too.
    text = f"{name}\n{pointer}\n{_SORTED.encode(value)}"
    return f"crc32:{crc32(text.encode()):08x}"


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        pointer = f"{above}/{key.replace('~', '~0').replace('/', '~1')}"
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, pointer)
        else:
            yield pointer, value


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]] or [""]


def _put(document: dict[str, Any], pointer: str, value: object) -> None:
    *sections, last = _steps(pointer)
    for section in sections:
        inner = document.setdefault(section, {})
        if not isinstance(inner, dict):
            return
        document = inner
    document[last] = value
