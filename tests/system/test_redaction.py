"""No password of a URL reaches a log, an error or an archive, wherever the owner put it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.system.redaction import redact_url

_SECRET = "\u2603"
_ANYTHING = st.text(st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://me:pass@cam:554/live", "rtsp://cam:554/live"),
        ("rtsp://me@cam/live", "rtsp://cam/live"),
        ("HTTP://me:pass@cam/live", "HTTP://cam/live"),
        ("//me:pass@cam/live", "//cam/live"),  # the scheme was forgotten
        ("http://cam/snap?user=me&pwd=pass", "http://cam/snap"),  # many cameras want it so
        ("http://cam/snap#pwd=pass", "http://cam/snap"),
        ("rtsp://cam:554/user=me_password=pass_channel=1.sdp?real", "rtsp://cam:554/***"),
        ("rtsp://cam/live/pwd=pass/1", "rtsp://cam/live/***"),
        ("rtsp://me:pa/ss@cam/live", "rtsp://cam/live"),  # a slash that was not escaped
        ("rtsp://me:p@ss@cam/live", "rtsp://cam/live"),
        ("rtsp://me:pa ss@cam/live", "rtsp://cam/live"),
        ("rtsp://me:pa?ss@cam/live", "rtsp://***"),  # part of the password, or a query?
        ("http://cam/snap?user=me@home&pwd=pass", "http://***"),
        ("http://cam/snap?pwd=pa ss", "http://cam/snap"),
        ("rtsp://cam/live", "rtsp://cam/live"),
        ("rtsp://[fe80::1]:554/live", "rtsp://[fe80::1]:554/live"),
        ("0", "0"),
        ("", ""),
        ("/home/pi/me@home.jpg", "/home/pi/me@home.jpg"),  # a path has no password
    ],
)
def test_a_url_keeps_host_port_and_path(text: str, shown: str) -> None:
    """User, password, query and fragment go; what is not a URL stays as it is."""
    assert redact_url(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "camera http://me:pass@cam/a?pwd=pass failed: time-out (5 s)",
            "camera http://cam/a failed: time-out (5 s)",
        ),
        (
            "can't open 'rtsp://cam/live?pwd=pass' nor (https://me:pass@cam/b)",
            "can't open 'rtsp://cam/live nor (https://cam/b)",
        ),
        ("ask me@home whether rtsp://cam/live works", "ask me@home whether rtsp://cam/live works"),
        ("is there a camera? #1 is not there", "is there a camera? #1 is not there"),
    ],
)
def test_every_url_of_a_sentence_is_redacted(text: str, shown: str) -> None:
    """Errors of libraries repeat the address they were given; the rest of their text stays."""
    assert redact_url(text) == shown


@given(user=st.from_regex(r"[a-z]{1,8}", fullmatch=True), before=_ANYTHING, after=_ANYTHING)
def test_no_password_survives_whatever_it_is_made_of(user: str, before: str, after: str) -> None:
    """Of a password that holds a snowman, the snowman never reaches the log."""
    assert _SECRET not in redact_url(f"rtsp://{user}:{before}{_SECRET}{after}@camera/live")


@given(before=_ANYTHING, after=_ANYTHING)
def test_no_query_survives_whatever_it_is_made_of(before: str, after: str) -> None:
    """Nor does the snowman of a query, with an @ or without."""
    assert _SECRET not in redact_url(f"http://camera/snap.cgi?user={before}{_SECRET}{after}")


@given(_ANYTHING)
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    """A label may pass through a second redaction on its way to the log."""
    once = redact_url(f"http://me:pass@camera/{text}")
    assert redact_url(once) == once
