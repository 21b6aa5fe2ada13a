"""Commands: whatever arrives is a value within bounds, or a readable error."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device.entities.commands import parse_version, read_command, takes_commands
from device.entities.kinds import Button, Number, Row, Select, Switch
from device.entities.requests import (
    Capture,
    Change,
    Install,
    Request,
    Restart,
    SelectPerson,
    SelectVisitor,
    TypeName,
)
from device.entities.roster_kinds import Choice, Text
from device.entities.settings import Settings
from device.entities.table import CATALOGUE
from device.entities.update import Update
from device.errors import CommandError
from device.updates.artifact import Kind

COMMANDS = [row for row in CATALOGUE if takes_commands(row)]
NUMBERS = [row for row in COMMANDS if isinstance(row, Number)]
PLAIN = Settings(
    privacy=False,
    motion_trigger=False,
    picture_mode="off",
    threshold_offset=0.0,
    motion_cool_down=0.0,
)

# Bytes of all kinds, and what looks like a number or one of our words.
payloads = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=40).map(str.encode),
    st.floats().map(lambda value: str(value).encode()),
    st.integers().map(lambda value: str(value).encode()),
    st.decimals(allow_nan=True, allow_infinity=True).map(lambda value: str(value).encode()),
    st.sampled_from([b"ON", b"OFF", b"PRESS", b"on", b"ON ", b"ON\x00", b"true", b"1e1", b"0x1"]),
)


def row(key: str) -> Row:
    """The row of a key."""
    return next(row for row in CATALOGUE if row.key == key)


@given(st.sampled_from(COMMANDS), payloads)
@example(row("threshold_offset"), "\u0660.\u0661".encode())  # Arabic digits: Python would take them
@example(row("threshold_offset"), b"0_1")  # as would this
@example(row("motion_cool_down"), b"-0")
@example(row("motion_cool_down"), b"9" * 400)  # infinity, to a float
def test_any_bytes_are_a_value_within_bounds_or_an_error(entity: Row, payload: bytes) -> None:
    """No payload raises anything else, and no value is out of bounds."""
    try:
        request = read_command(CATALOGUE, entity.key, payload)
    except CommandError as error:
        request, rejection = None, str(error)
        assert rejection.startswith(f"set/{entity.key}: ")
        assert rejection.isprintable()
        assert len(rejection) < 400
    match entity, request:
        case _, None:
            pass
        case Button(), _:
            assert (payload, request) == (b"PRESS", entity.press)
        case Switch(), Change(value=value):
            assert (payload, value) in {(b"ON", True), (b"OFF", False)}
        case Select(), Change(value=value):
            assert value in entity.options
            assert payload == str(value).encode()
        case Number(), Change(value=float() as value):
            assert entity.minimum <= value <= entity.maximum
        case Text(), TypeName(name):
            assert name.encode() == payload
            assert len(name) <= entity.longest
        case Choice(), SelectPerson(name) | SelectVisitor(name):
            assert name.encode() == payload
        case _:
            pytest.fail(f"{entity.key} takes {request}")


@given(st.text(max_size=300))
def test_any_key_is_a_command_or_an_error(key: str) -> None:
    """An unknown topic below set/ is reported in one line of bounded length."""
    rejection = ""
    try:
        read_command(CATALOGUE, key, b"")
    except CommandError as error:
        rejection = str(error)
    assert rejection.startswith("set/")
    assert rejection.isprintable()
    assert len(rejection) < 400


@given(st.sampled_from(NUMBERS), st.data())
def test_every_step_of_a_number_is_accepted(entity: Number, data: st.DataObject) -> None:
    """As Home Assistant writes it: the sum of floating point steps."""
    last = round((entity.maximum - entity.minimum) / entity.step)
    steps = data.draw(st.integers(0, last))
    number = entity.minimum + steps * entity.step
    change = read_command(CATALOGUE, entity.key, str(number).encode())
    assert isinstance(change, Change)
    assert entity.read(change.apply(PLAIN)) == pytest.approx(number, abs=1e-9)


@pytest.mark.parametrize(("key", "request_"), [("capture", Capture()), ("restart", Restart())])
def test_a_button_asks_for_what_its_row_says(key: str, request_: Request) -> None:
    """The request is a typed value of the row."""
    assert read_command(CATALOGUE, key, b"PRESS") == request_


@pytest.mark.parametrize(
    ("key", "payload", "field", "value"),
    [
        ("privacy", b"ON", "privacy", True),
        ("motion_trigger", b"ON", "motion_trigger", True),
        ("picture_mode", b"crop", "picture_mode", "crop"),
        ("threshold_offset", b"-0.4", "threshold_offset", -0.4),
        ("threshold_offset", b"0.30000000000000004", "threshold_offset", 0.3),
        ("threshold_offset", b"+0.1", "threshold_offset", 0.1),
        ("motion_cool_down", b"45", "motion_cool_down", 45.0),
        ("motion_cool_down", b"45.0", "motion_cool_down", 45.0),
    ],
)
def test_a_good_command_changes_one_setting(
    key: str, payload: bytes, field: str, value: bool | float | str
) -> None:
    """The row writes the value, without what floating point adds, and nothing else."""
    change = read_command(CATALOGUE, key, payload)
    assert isinstance(change, Change)
    assert (change.key, change.value) == (key, value)
    assert type(change.value) is type(value)
    assert asdict(change.apply(PLAIN)) == asdict(PLAIN) | {field: value}


@pytest.mark.parametrize(
    ("key", "payload", "allowed"),
    [
        ("capture", b"", "allowed: PRESS"),
        ("privacy", b"on", "allowed: ON or OFF"),
        ("threshold_offset", b"0.41", "allowed: a number from -0.4 to 0.4 in steps of 0.01"),
        ("threshold_offset", b"0.005", "in steps of 0.01"),
        ("threshold_offset", b"nan", "a number"),
        ("motion_cool_down", b"3601", "allowed: a number from 0 to 3600 in steps of 1 s"),
        ("motion_cool_down", b"-1", "from 0"),
        ("motion_cool_down", b"0.5", "in steps of 1"),
    ],
)
def test_bad_commands_say_what_is_allowed(key: str, payload: bytes, allowed: str) -> None:
    """What was found, and what would have been good."""
    with pytest.raises(CommandError) as caught:
        read_command(CATALOGUE, key, payload)
    assert allowed in str(caught.value)
    assert repr(payload)[1:] in str(caught.value)


def test_an_update_takes_commands_only_where_it_may_be_installed() -> None:
    """And just one word."""
    software = row("software")
    assert isinstance(software, Update)
    with pytest.raises(CommandError, match="no such command"):
        read_command([software], "software", b"INSTALL")
    installable = [replace(software, is_installable=True)]
    assert read_command(installable, "software", b"INSTALL") == Install(Kind.SOFTWARE)
    with pytest.raises(CommandError, match="allowed: INSTALL"):
        read_command(installable, "software", b"install")


def test_an_entity_that_only_shows_takes_no_commands() -> None:
    """Not even under its own key."""
    with pytest.raises(CommandError, match="no such command"):
        read_command(CATALOGUE, "eyeglasses", b"ON")


@pytest.mark.parametrize("payload", [b"1", b"0.2.0", b"1.0.0-rc.1", b"2026.11.0", b"1.0+abc"])
def test_a_version_is_taken(payload: bytes) -> None:
    """Whatever Home Assistant can compare."""
    assert parse_version(payload) == payload.decode()


@given(st.binary(max_size=300))
def test_anything_is_a_version_or_an_error(payload: bytes) -> None:
    """Nothing else gets into the documents of the node, or in more than one line into its log."""
    try:
        said = parse_version(payload)
    except CommandError as error:
        said = str(error)
    else:
        assert len(said) <= 32
    assert said.isprintable()
    assert len(said) < 200
