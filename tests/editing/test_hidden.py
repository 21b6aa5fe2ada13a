"""What a page shows of the file has no password, and gets it back when it is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.editing.hidden import hide

_EXAMPLE = (Path(__file__).parents[2] / "config.example.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mqtt: {host: a, password: tiger}", "mqtt: {host: a, password: !hidden 1}"),
        ('mqtt:\n  password: "tiger # x"  # y\n', "mqtt:\n  password: !hidden 1  # y\n"),
        ("mqtt:\n  #password: tiger   # old\n", "mqtt:\n  #password: !hidden 1   # old\n"),
        ('# password: "tiger #1"\n', "# password: !hidden 1\n"),
        ("mqtt:\n\tpassword: tiger\n", "mqtt:\n\tpassword: !hidden 1\n"),
        ('people:\n  share_key: "null"\n', "people:\n  share_key: !hidden 1\n"),
        ("mqtt:\n  password: [tiger]\n", "mqtt:\n  password: !hidden 1\n"),
        ("camera:\n  source: rtsp://me:tiger@cam/x\n", "camera:\n  source: !hidden 1\n"),
        ("#camera:\n  #source: http://me:tiger@cam/x\n", "#camera:\n  #source: !hidden 1\n"),
    ],
)
def test_a_password_is_not_shown_wherever_it_stands(text: str, shown: str) -> None:
    """In either style of YAML, in comments, and in a file that is not YAML."""
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
