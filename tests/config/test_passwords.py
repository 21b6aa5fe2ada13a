"""A password that means something to YAML is an error, never a connection without it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from device.config import ConfigError, Fault, load
from tests.config.conftest import Write


def _fault(path: Path) -> Fault:
    with pytest.raises(ConfigError) as raised:
        load(path, environment={})
    (fault,) = raised.value.faults
    return fault


@pytest.mark.parametrize(
    "written",
    [
        *("&Secret1", "*Secret1", "@Secret1", "%Secret1", "`Secret1", "!Secret1", "|Secret1"),
        *(">Secret1", ",Secret1", "]Secret1", "}Secret1", "& Secret1", "!Secret1 x"),
        *("&Sec$ret1", "!Sec!ret1", "!<Secret1"),
    ],
)
def test_a_password_that_means_something_to_yaml_belongs_in_quotes(
    write: Write, written: str
) -> None:
    """On its line, with its first character, and without the rest."""
    fault = _fault(write(f"mqtt:\n  host: b\n  username: u\n  password: {written}\n  port: 1\n"))
    assert fault.line == 4
    assert re.search(
        rf"put text that begins with .*{re.escape(written[0])}.* in quotes", str(fault)
    )
    assert "Sec" not in str(fault)


@pytest.mark.parametrize("written", ["", " #Secret1", " # Secret1", "\n    #Secret1"])
def test_a_password_that_is_empty_beside_a_user_name_belongs_in_quotes(
    write: Write, written: str
) -> None:
    """To YAML it is a comment, and the node would connect without it."""
    fault = _fault(write(f"mqtt:\n  host: b\n  username: u\n  password:{written}\n"))
    assert (fault.line, fault.path) == (4, "mqtt.password")
    assert "put it in quotes" in fault.message
    assert "Secret1" not in str(fault)


@pytest.mark.parametrize(
    ("below", "password"),
    [
        ("username: u", None),
        ("username: u\n  password: null", None),
        ("username: u\n  password: ~", None),
        ("username: u\n  password: ''", ""),
        ('username: u\n  password: ""', ""),
        ('username: u\n  password: "#Secret1"', "#Secret1"),
        ("username: u\n  password: '&Secret1'", "&Secret1"),
        ("username: u\n  password: a#b&c*d!e@f%g", "a#b&c*d!e@f%g"),
        ("password:", None),
    ],
)
def test_a_broker_without_a_password_is_possible(
    write: Write, below: str, password: str | None
) -> None:
    """By leaving it out, or by writing that it is empty; and what is in quotes is a password."""
    found = load(write(f"mqtt:\n  host: b\n  {below}\n"), environment={}).mqtt.password
    assert (None if found is None else found.get_secret_value()) == password


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("#Secret1", "secrets.yaml:2 has nothing after this name; put text that begins with #"),
        ("", "secrets.yaml:2 has nothing after this name; put text"),
        ("&Secret1", "found an anchor"),
    ],
)
def test_a_secret_that_is_empty_is_a_fault_where_it_is_used(
    write: Write, written: str, words: str
) -> None:
    """It would otherwise be an empty password."""
    write(f"other:\nbroker: {written}\n", "secrets.yaml")
    fault = _fault(write("mqtt:\n  host: b\n  username: u\n  password: !secret broker\n"))
    assert (fault.line, fault.path) == (4, "mqtt.password")
    assert words in fault.message
    assert "Secret1" not in str(fault)


def test_a_secret_may_be_empty_on_purpose(write: Write) -> None:
    """In quotes."""
    write('broker: ""\n', "secrets.yaml")
    path = write("mqtt:\n  host: b\n  username: u\n  password: !secret broker\n")
    password = load(path, environment={}).mqtt.password
    assert password is not None
    assert password.get_secret_value() == ""
