"""What a page shows of the file has no password, and gets it back when it is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.editing.hidden import hide
from device.errors import ConfigError

_EXAMPLE = (Path(__file__).parents[2] / "config.example.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mqtt: {host: a, password: tiger}", "mqtt: {host: a, password: !hidden 1}"),
        ('mqtt:\n  password: "tiger # x"  # y\n', "mqtt:\n  password: !hidden 1  # y\n"),
        ("mqtt:\n  #password: tiger   # old\n", "mqtt:\n  #password: !hidden 1   # old\n"),
        ('# password: "tiger #1"\n', "# password: !hidden 1\n"),
        (
            "mqtt:\n  password: |-\n    tiger\n  host: a\n",
            "mqtt:\n  password: !hidden 1\n  host: a\n",
        ),
        ('people:\n  share_key: "null"\n', "people:\n  share_key: !hidden 1\n"),
        ("mqtt:\n  password: [tiger]\n", "mqtt:\n  password: !hidden 1\n"),
        ("camera:\n  source: rtsp://me:tiger@cam/x\n", "camera:\n  source: !hidden 1\n"),
        ("#camera:\n  #source: http://me:tiger@cam/x\n", "#camera:\n  #source: !hidden 1\n"),
    ],
)
def test_a_password_is_not_shown_wherever_it_stands(text: str, shown: str) -> None:
    """In either style of YAML, in several lines, and in comments."""
    hidden = hide(text)
    assert hidden.text == shown
    assert hidden.restored(hidden.text) == text


@pytest.mark.parametrize(
    "text",
    [
        "mqtt:\n  password: !secret broker\n",
        "mqtt:\n  password: !env BROKER # from systemd\n",
        "mqtt:\n  password: null\n  #password: ~ # none\n",
        "camera:\n  source: /dev/video0\n",
        "",
        _EXAMPLE,
    ],
)
def test_what_is_no_secret_is_shown(text: str) -> None:
    """A secret's name is none."""
    assert hide(text).text == text


def test_a_number_that_hides_nothing_stays() -> None:
    """The loader then reports an unknown tag."""
    assert hide("mqtt: {password: a}").restored("x: !hidden 2") == "x: !hidden 2"


def test_a_text_that_is_no_yaml_shows_no_password_and_gets_none_back() -> None:
    """It cannot be saved, and its fault may quote it."""
    hidden = hide("mqtt:\n\tpassword: tiger\n")
    assert hidden.text == "mqtt:\n\tpassword: !hidden 1\n"
    assert hidden.restored(hidden.text) == hidden.text


@pytest.mark.parametrize(
    "text",
    [
        "camera: {width: !hidden 1}",
        "node: {name: !hidden 1}",
        'node: {name: "!hidden 1"}',
        'node: {name: "#password: !hidden 1 #"}',
        "node:\n  name: |\n    #password: !hidden 1\n",
        'node: {"#password": !hidden 1}',
        "node: {a#password: !hidden 1}",
        "{!hidden 1: 1}",
        "camera: {source: !hidden 1}",
        "mqtt: {password: [!hidden 1]}",
        "mqtt: {password: {x: !hidden 1}}",
        "mqtt: {password: !hidden 1 x}",
        "# !hidden 1",
        "mqtt: {host: a}  # name: !hidden 1",
    ],
)
def test_a_password_comes_back_only_where_it_is_not_shown(text: str) -> None:
    """The fault names the number and its line, and not what it stands for."""
    hidden = hide("mqtt: {password: tiger}")
    with pytest.raises(ConfigError) as refused:
        hidden.restored(f"#\n{text}")
    (fault,) = refused.value.faults
    assert fault.line == 2 + text.count("\n", 0, text.index("!hidden"))
    assert fault.message.startswith("!hidden 1 stands for a secret")
    assert "tiger" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "people: {share_key: !hidden 1}",
        "# password: !hidden 1",
        "mqtt: {'password': !hidden 1} # x",
    ],
)
def test_a_password_may_go_to_another_place_where_it_is_not_shown(text: str) -> None:
    """Such as into a comment."""
    restored = hide("mqtt: {password: tiger}").restored(text)
    assert restored == text.replace("!hidden 1", "tiger")
    assert "tiger" not in hide(restored).text


def test_several_lines_do_not_come_back_in_a_comment() -> None:
    """All but the first would be outside of it."""
    hidden = hide("mqtt:\n  password: |\n    a\n    tiger\n")
    with pytest.raises(ConfigError, match="stands for a secret"):
        hidden.restored("# password: !hidden 1\n")
