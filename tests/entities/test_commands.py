"""Commands: whatever arrives is a value within bounds, or an error in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from device.entities.commands import find_command, parse_command, parse_version
from device.entities.kinds import Entity, Platform
from device.entities.table import CATALOGUE
from device.errors import CommandError

COMMANDS = [row for row in CATALOGUE if row.takes_commands]
NUMBERS = [row for row in COMMANDS if row.platform is Platform.NUMBER]

# Bytes of all kinds, and what looks like a number or a word of ours.
payloads = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=40).map(str.encode),
    st.floats().map(lambda value: str(value).encode()),
    st.integers().map(lambda value: str(value).encode()),
    st.decimals(allow_nan=True, allow_infinity=True).map(lambda value: str(value).encode()),
    st.sampled_from([b"ON", b"OFF", b"PRESS", b"on", b"ON ", b"ON\x00", b"true", b"1e1", b"0x1"]),
)


def row(key: str) -> Entity:
    """The row of a key."""
    return next(row for row in CATALOGUE if row.key == key)


@given(st.sampled_from(COMMANDS), payloads)
@example(row("threshold_offset"), "\u0660.\u0661".encode())  # Arabic digits: Python would take them
@example(row("threshold_offset"), b"0_1")  # as would this
@example(row("motion_cool_down"), b"-0")
@example(row("motion_cool_down"), b"9" * 400)  # infinity, to a float
def test_any_bytes_are_a_value_within_bounds_or_an_error(entity: Entity, payload: bytes) -> None:
    """No payload raises anything else, and no value is out of bounds."""
    refusal = ""
    try:
        value = parse_command(entity, payload)
    except CommandError as error:
        refusal = str(error)
    if refusal:
        assert refusal.startswith(f"set/{entity.key}: ")
        assert refusal.isprintable()
        assert len(refusal) < 400
        return
    match entity.platform:
        case Platform.BUTTON:
            assert (payload, value) == (b"PRESS", None)
        case Platform.SWITCH:
            assert (payload, value) in {(b"ON", True), (b"OFF", False)}
        case Platform.SELECT:
            assert value in entity.options
            assert isinstance(value, str)
            assert payload == value.encode()
        case _:
            assert isinstance(value, float)
            assert entity.minimum <= value <= entity.maximum


@given(st.text(max_size=300))
def test_any_key_is_a_command_or_an_error(key: str) -> None:
    """A topic below set/ that nobody knows is told so, in one line of bounded length."""
    refusal = "no such command"
    try:
        assert find_command(CATALOGUE, key).takes_commands
    except CommandError as error:
        refusal = str(error)
    assert "no such command" in refusal
    assert refusal.isprintable()
    assert len(refusal) < 400


@given(st.sampled_from(NUMBERS), st.data())
def test_every_step_of_a_number_is_accepted(entity: Entity, data: st.DataObject) -> None:
    """As Home Assistant writes it: the sum of floating point steps."""
    last = round((entity.maximum - entity.minimum) / entity.step)
    steps = data.draw(st.integers(0, last))
    wish = entity.minimum + steps * entity.step
    assert parse_command(entity, str(wish).encode()) == pytest.approx(wish, abs=1e-9)


@pytest.mark.parametrize(
    ("key", "payload", "value"),
    [
        ("capture", b"PRESS", None),
        ("privacy", b"ON", True),
        ("privacy", b"OFF", False),
        ("threshold_offset", b"-0.4", -0.4),
        ("threshold_offset", b"0.30000000000000004", 0.3),
        ("threshold_offset", b"+0.1", 0.1),
        ("motion_cool_down", b"45", 45.0),
        ("motion_cool_down", b"45.0", 45.0),
    ],
)
def test_good_commands_mean_what_they_say(
    key: str, payload: bytes, value: bool | float | None
) -> None:
    """The values, without what floating point adds."""
    parsed = parse_command(row(key), payload)
    assert parsed == value
    assert type(parsed) is type(value)


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
        parse_command(row(key), payload)
    assert allowed in str(caught.value)
    assert repr(payload)[1:] in str(caught.value)


def test_an_update_takes_commands_only_where_it_may_be_installed() -> None:
    """And just one word."""
    software = row("software")
    with pytest.raises(CommandError, match="takes no commands"):
        parse_command(software, b"INSTALL")
    installable = replace(software, can_install=True)
    assert parse_command(installable, b"INSTALL") is None
    with pytest.raises(CommandError, match="allowed: INSTALL"):
        parse_command(installable, b"install")


def test_an_entity_that_only_shows_takes_no_commands() -> None:
    """Not even under its own key."""
    with pytest.raises(CommandError, match="takes no commands"):
        parse_command(row("eyeglasses"), b"ON")


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
