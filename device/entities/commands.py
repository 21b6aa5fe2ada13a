"""What arrives on the command topics, and whether it means anything. Pure: bytes in, value out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from device.entities.kinds import INSTALL, OFF, ON, PRESS, Entity, Platform
from device.errors import CommandError

Command: TypeAlias = bool | float | str | None
"""True or False for a switch, a number within its bounds, an option of a select, None for a button or an update."""

# Bytes. A slider's floating point writes 0.30000000000000004, and 5.551115123125783e-17 for 0.
_LONGEST = 32
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{0,24})?(e[+-]?\d{1,2})?", re.ASCII)
_VERSION = re.compile(r"\d[0-9A-Za-z.+-]*", re.ASCII)
# Of a step: what a slider's arithmetic in floating point may be off.
_TOLERANCE = 1e-6


def find_command(table: Iterable[Entity], key: str) -> Entity:
    """Return the row that takes commands under this key.

    Raises:
        CommandError: there is none.
    """
    rows = {row.key: row for row in table if row.takes_commands}
    if key not in rows:
        msg = f"set/{_shown(key.encode())}: no such command; there are {', '.join(sorted(rows))}"
        raise CommandError(msg)
    return rows[key]


def parse_command(entity: Entity, payload: bytes) -> Command:
    """Return what a payload asks of an entity.

    Args:
        entity: a row that takes commands.
        payload: as it came from the broker; anything.

    Raises:
        CommandError: it is too long, of another type, out of bounds or between two steps.
    """
    match entity.platform:
        case Platform.BUTTON:
            _one_of(entity, payload, PRESS)
            return None
        case Platform.UPDATE if entity.can_install:
            _one_of(entity, payload, INSTALL)
            return None
        case Platform.SWITCH:
            return _one_of(entity, payload, ON, OFF) == ON
        case Platform.NUMBER:
            return _number(entity, payload)
        case Platform.SELECT:
            return _one_of(entity, payload, *entity.options)
        case _:
            msg = f"set/{entity.key}: a {entity.platform} takes no commands"
            raise CommandError(msg)


def parse_version(payload: bytes) -> str:
    """Return the version that somebody calls the newest.

    Raises:
        CommandError: it is none.
    """
    text = payload[: _LONGEST + 1].decode("ascii", "replace")
    if len(text) > _LONGEST or not _VERSION.fullmatch(text):
        msg = f"newest_version: {_shown(payload)} is no version such as 1.2.0"
        raise CommandError(msg)
    return text


def _one_of(entity: Entity, payload: bytes, *allowed: str) -> str:
    for word in allowed:
        if payload == word.encode():
            return word
    raise _refusal(entity, payload, " or ".join(allowed))


def _number(entity: Entity, payload: bytes) -> float:
    allowed = (
        f"a number from {entity.minimum:g} to {entity.maximum:g} in steps of {entity.step:g}"
        + (f" {entity.unit}" if entity.unit else "")
    )
    text = payload[: _LONGEST + 1].decode("ascii", "replace")
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise _refusal(entity, payload, allowed)
    steps = (float(text) - entity.minimum) / entity.step
    last = round((entity.maximum - entity.minimum) / entity.step)
    if abs(steps - round(steps)) > _TOLERANCE or not 0 <= round(steps) <= last:
        raise _refusal(entity, payload, allowed)
    # Ten decimals take away what floating point added: -0.4 + 41 * 0.01 is not 0.01.
    return round(entity.minimum + round(steps) * entity.step, 10) + 0.0


def _refusal(entity: Entity, payload: bytes, allowed: str) -> CommandError:
    return CommandError(f"set/{entity.key}: {_shown(payload)} is refused; allowed: {allowed}")


def _shown(payload: bytes) -> str:
    """Return a payload for a log line: one line, bounded, and no terminal's control codes."""
    shown = repr(payload[:_LONGEST])[1:]
    return (
        shown if len(payload) <= _LONGEST else f"{shown} and {len(payload) - _LONGEST} more bytes"
    )
