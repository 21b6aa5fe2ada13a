"""What arrives on the command topics, as a request. Pure: bytes in, a request out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from device.entities.kinds import (
    INSTALL,
    OFF,
    ON,
    PRESS,
    Button,
    Number,
    Row,
    Select,
    Switch,
)
from device.entities.requests import Change, Request
from device.entities.roster_kinds import Choice, Text
from device.entities.update import Update
from device.errors import CommandError

# Bytes. A slider's floating point writes 0.30000000000000004, and 5.551115123125783e-17 for 0.
LONGEST = 32
# Bytes of a character in UTF-8.
_LONGEST_CHARACTER = 4
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{0,24})?(e[+-]?\d{1,2})?", re.ASCII)
VERSION = re.compile(r"\d[0-9A-Za-z.+-]*", re.ASCII)
# Of a step: the error that a slider's floating-point arithmetic may have.
_TOLERANCE = 1e-6


def takes_commands(row: Row) -> bool:
    """Return whether Home Assistant may send something to a row."""
    match row:
        case Button() | Switch() | Number() | Select() | Text() | Choice():
            return True
        case Update():
            return row.is_installable
        case _:
            return False


def read_command(table: Iterable[Row], key: str, payload: bytes) -> Request:
    """Return what a command asks of the node.

    Args:
        table: the node's rows.
        key: the last part of the command topic; anything.
        payload: as it came from the broker; anything.

    Raises:
        CommandError: no row takes commands under this key, or the payload is too long, of another type, out of bounds
            or between two steps.
    """
    rows = tuple(table)
    row = next((row for row in rows if row.key == key and takes_commands(row)), None)
    if row is None:
        allowed = ", ".join(sorted(row.key for row in rows if takes_commands(row)))
        message = f"set/{_shown(key.encode())}: no such command; allowed: {allowed}"
        raise CommandError(message)
    return _read(row, payload)


def parse_version(payload: bytes) -> str:
    """Return the version that was published as the newest.

    Raises:
        CommandError: it is not a version.
    """
    text = payload[: LONGEST + 1].decode("ascii", "replace")
    if len(text) > LONGEST or not VERSION.fullmatch(text):
        message = f"newest_version: {_shown(payload)} is not a version such as 1.2.0"
        raise CommandError(message)
    return text


def _read(row: Row, payload: bytes) -> Request:
    match row:
        case Button():
            _one_of(row, payload, PRESS)
            return row.press
        case Update():
            _one_of(row, payload, INSTALL)
            return row.install
        case Switch():
            is_on = _one_of(row, payload, ON, OFF) == ON
            return Change(row.key, is_on, lambda settings: row.write(settings, is_on))
        case Number():
            number = _number(row, payload)
            return Change(row.key, number, lambda settings: row.write(settings, number))
        case Select():
            choice = _one_of(row, payload, *row.options)
            return Change(row.key, choice, lambda settings: row.write(settings, choice))
        case Text() | Choice():
            return row.ask(_text(row, payload))
        case _:
            message = f"set/{row.key}: a {row.platform} takes no commands"
            raise CommandError(message)


def _one_of(row: Row, payload: bytes, *allowed: str) -> str:
    for word in allowed:
        if payload == word.encode():
            return word
    raise _rejection(row, payload, " or ".join(allowed))


def _text(row: Text | Choice, payload: bytes) -> str:
    # A name stands in no log.
    message = f"set/{row.key}: {len(payload)} bytes are rejected; allowed: UTF-8 of at most {row.longest} characters"
    if len(payload) > row.longest * _LONGEST_CHARACTER:
        raise CommandError(message)
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise CommandError(message) from error
    if len(text) > row.longest:
        raise CommandError(message)
    return text


def _number(row: Number, payload: bytes) -> float:
    allowed = f"a number from {row.minimum:g} to {row.maximum:g} in steps of {row.step:g}"
    if row.unit:
        allowed += f" {row.unit}"
    text = payload[: LONGEST + 1].decode("ascii", "replace")
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        raise _rejection(row, payload, allowed)
    steps = (float(text) - row.minimum) / row.step
    last = round((row.maximum - row.minimum) / row.step)
    if abs(steps - round(steps)) > _TOLERANCE or not 0 <= round(steps) <= last:
        raise _rejection(row, payload, allowed)
    # Ten decimals remove the error of floating point: -0.4 + 41 * 0.01 is not 0.01.
    return round(row.minimum + round(steps) * row.step, 10) + 0.0


def _rejection(row: Row, payload: bytes, allowed: str) -> CommandError:
    return CommandError(f"set/{row.key}: {_shown(payload)} is rejected; allowed: {allowed}")


def _shown(payload: bytes) -> str:
    """Return a payload for a log line: one line, bounded, and without a terminal's control codes."""
    shown = repr(payload[:LONGEST])[1:]
    return shown if len(payload) <= LONGEST else f"{shown} and {len(payload) - LONGEST} more bytes"
