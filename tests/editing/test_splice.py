"""Values go into the text of a file, and everything else stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.config.yaml.document import Value as Found
from device.config.yaml.document import read
from device.editing.splice import Keys, Secret, Value, with_values
from device.errors import ConfigError, SettingsFileError

_EXAMPLE = (Path(__file__).parents[2] / "config.example.yaml").read_text(encoding="utf-8")
_FILE = Path("facet.yaml")
_HOST: Keys = ("mqtt", "host")
_TLS: Keys = ("mqtt", "tls", "enabled")


def _values(text: str) -> dict[str, Found]:
    return read(_FILE, {}, {_FILE: text.encode(), _FILE.with_name("secrets.yaml"): b"a: b"}).values


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("", {_HOST: "a"}, "mqtt:\n  host: a\n"),
        ("# nothing yet", {_HOST: "a"}, "# nothing yet\nmqtt:\n  host: a\n"),
        (
            "mqtt:   # mine\n  host:   a   # b\n",
            {_HOST: "c"},
            "mqtt:   # mine\n  host:   c   # b\n",
        ),
        ("mqtt:\n  #host: a\n", {_HOST: "b"}, "mqtt:\n  host: b\n  #host: a\n"),
        ("mqtt:\n  host:  # none\n", {_HOST: "b"}, "mqtt:\n  host: b  # none\n"),
        ("mqtt: {host: a}", {_TLS: True}, "mqtt: {tls: {enabled: true}, host: a}"),
        ("mqtt: {}\n", {_HOST: "a"}, "mqtt: {host: a}\n"),
        (
            "mqtt:\n    tls:\n        enabled: no\n    # end\n",
            {_HOST: "a", _TLS: True},
            "mqtt:\n    host: a\n    tls:\n        enabled: true\n    # end\n",
        ),
        (
            'mqtt:\n  host: "a"\nled:\n  pin: 4',
            {("led", "pin"): 5},
            'mqtt:\n  host: "a"\nled:\n  pin: 5',
        ),
        (
            "mqtt:\n  host: a\n  password: b  # c\n",
            {("mqtt", "password"): None},
            "mqtt:\n  host: a\n",
        ),
        (
            "mqtt:\n  host: a\n  tls:\n    enabled: on\n",
            {("mqtt", "tls"): None},
            "mqtt:\n  host: a\n",
        ),
        ("mqtt: {host: a}\n", {("led", "pin"): None}, "mqtt: {host: a}\n"),
        (
            "mqtt:\n  host: a\n#x:\n",
            {("mqtt", "password"): Secret("s"), ("node", "name"): "K 1"},
            'mqtt:\n  host: a\n  password: !secret s\n#x:\nnode:\n  name: "K 1"\n',
        ),
    ],
)
def test_a_value_goes_where_its_section_is(
    before: str, changes: dict[Keys, Value | None], after: str
) -> None:
    """Comments, quotes and spaces of what is not changed are as before."""
    assert with_values(before, changes) == after


@pytest.mark.parametrize(
    "text", ["007", "on", "1.5", "null", "a: b", "#a", 'a"b', "ü ß", "-", "", "!x", "1e3"]
)
def test_text_is_read_as_the_text_that_was_written(text: str) -> None:
    """Whatever YAML would take it for without quotes."""
    assert _values(with_values("", {("node", "name"): text})) == {"node": {"name": text}}


@given(
    st.dictionaries(
        st.sampled_from(
            [_HOST, ("mqtt", "port"), _TLS, ("node", "name"), ("led", "pin"), ("camera", "width")]
        ),
        st.one_of(
            st.booleans(), st.integers(-9, 9999), st.text("aZ0:#'\" ü-{}[],&*!|>%@`", max_size=9)
        ),
        max_size=6,
    )
)
def test_whatever_is_set_in_the_example_is_there_and_nothing_else_has_changed(
    changes: dict[Keys, Value | None],
) -> None:
    """The loader reads the new values; no line of the example but the host's is gone."""
    text = with_values(_EXAMPLE, changes)
    expected: dict[str, dict[str, object]] = {"mqtt": {"host": "homeassistant.local"}}
    for keys, value in changes.items():
        section = expected.setdefault(keys[0], {})
        for key in keys[1:-1]:
            section = section.setdefault(key, {})  # type: ignore[assignment]
        section[keys[-1]] = value
    assert _values(text) == expected
    gone = set(_EXAMPLE.splitlines()) - set(text.splitlines())
    assert gone <= {"  host: homeassistant.local"}


@pytest.mark.parametrize("text", ["mqtt: x\n", "[a]\n", "mqtt: |\n  a\n"])
def test_what_is_no_section_is_not_overwritten(text: str) -> None:
    """The error says so."""
    with pytest.raises(SettingsFileError, match="no section"):
        with_values(text, {_HOST: "a"})


def test_a_text_that_is_not_yaml_is_not_changed() -> None:
    """The reader's own error names the line."""
    with pytest.raises(ConfigError, match=r"facet\.yaml:2"):
        with_values("mqtt:\n\thost: a\n", {_HOST: "b"})
