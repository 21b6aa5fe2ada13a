"""Of an address, scheme, host and port are shown; what may be a secret is not, wherever the owner put it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.system.redaction import redact_address, redact_found, redact_urls, redact_word

_SECRET = "\u2603"
_ANYTHING = st.text(st.characters(codec="utf-8"))
_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Zl", "Zp", "Cc"]))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://me:pass@cam:554/live", "rtsp://cam:554/***"),
        ("rtsp://me@cam/live", "rtsp://cam/***"),
        ("HTTP://me:pass@CAM/live", "HTTP://CAM/***"),
        ("//me:pass@cam/live", "//cam/***"),  # the scheme was forgotten
        ("me:pass@cam/live", "***"),
        ("/etc/facet/me:pass@cam/live", "***"),  # the same, taken for a path beside the file
        ("pass@cam/live", "***@cam/live"),
        ("cam/snap?pwd=pass", "cam/snap***"),
        ("cam:554/pass", "cam:554/***"),
        ("http:/me:pass@cam/live", "http:/cam/***"),
        ("http:me:pass@cam/live", "http:cam/***"),
        (r"http:\\me:pass@cam\live", r"http:\\cam/***"),
        (' "rtsp://me:pass@cam/live"', ' "rtsp://cam/***'),
        ("source:rtsp://me:pass@cam/live", "***"),  # the space was forgotten
        ("http%3A%2F%2Fme%3Apass%40cam%2F1", "http://cam/***"),
        ("http://cam/snap?user=me&pwd=pass", "http://cam/***"),  # many cameras want it so
        ("http://cam#pwd=pass", "http://cam/***"),
        ("rtsp://cam:554/user=me_password=pass_channel=1.sdp?real", "rtsp://cam:554/***"),
        ("rtsps://cam:7441/AbCdEf123456", "rtsps://cam:7441/***"),  # the path is the password
        ("rtsp://me:p@ss@cam/live", "rtsp://cam/***"),
        ("rtsp://me:pa ss@cam/live", "rtsp://cam/***"),
        ("rtsp://me:pa/ss@cam/live", "rtsp://***"),  # part of the password, or a path?
        ("rtsp://me:pa?ss@cam/live", "rtsp://***"),  # or a query?
        ("http://cam/snap?user=me@home&pwd=pass", "http://***"),
        ("http://me:pass", "http://***"),  # the host was forgotten
        ("http://me:pass%40cam/live", "http://***"),
        ("http://me:pass\uff20cam/live", "http://***"),  # a wide @
        ("http:///pass/live", "http://***"),
        ("rtsp://cam/", "rtsp://cam/"),
        ("rtsp://cam_1.local:", "rtsp://cam_1.local:"),
        ("http://münchen", "http://münchen"),
        ("rtsp://[fe80::1%25eth0]:554", "rtsp://[fe80::1%25eth0]:554"),
        ("rtsp://me:[pass]@[fe80::1]:554/1", "rtsp://[fe80::1]:554/***"),
        ("file:///srv/index.json?token=pass", "file:///srv/index.json"),
        ("file:///etc/facet/me%3Apass%40cam/i.json", "file://***"),
        ("file://me:pass@nas/i.json", "file://nas/***"),
        ("0", "0"),
        ("", ""),
        ("/home/pi/me@home.jpg", "/home/pi/me@home.jpg"),  # a path has no password
        ("/srv/100%.jpg", "/srv/100%.jpg"),
        (
            "/dev/v4l/by-path/pci-0000:01:00.0-usb-0:1.3:1.0-video-index0",
            "/dev/v4l/by-path/pci-0000:01:00.0-usb-0:1.3:1.0-video-index0",
        ),
    ],
)
def test_a_url_keeps_scheme_host_and_port(address: str, shown: str) -> None:
    """User, password, path, query and fragment go; what is not a URL stays as it is."""
    assert redact_address(address) == shown
    assert redact_address(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "camera http://me:pass@cam/a?pwd=pass failed: time-out (5 s)",
            "camera http://cam/*** failed: time-out (5 s)",
        ),
        (
            "can't open 'rtsp://cam/live?pwd=pass' nor (https://me:pass@cam/b)",
            "can't open 'rtsp://cam/*** nor (https://cam/***",
        ),
        ("rtsp://me:pa ss@cam/live is wrong", "rtsp://cam/*** is wrong"),
        ("there is no folder /etc/me:p@ss@cam/1 here", "there is no folder *** here"),
        ("control characters. '/index.json?token=pass'", "control characters. '/index.json***"),
        ("refused with token=pass, says the server", "refused with token=*** says the server"),
        ("one\nrtsp://me:pass@cam/live\nthree", "one\nrtsp://cam/***\nthree"),
    ],
)
def test_every_url_of_a_sentence_is_redacted(text: str, shown: str) -> None:
    """Errors of libraries repeat the address they were given; the rest of their text stays."""
    assert redact_urls(text) == shown
    assert redact_urls(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ask me@home whether rtsp://cam works",
        "is there a camera? #1 is not there",
        "from the network only https: is followed; after https:// comes USER:PASSWORD@HOST:PORT/PATH",
        "http://cam/*** does not answer. Its @ stands behind a / ? or #; write USER:PASSWORD@HOST",
        "[ WARN:0@0.123] global cap.cpp:459 open",
        "/home//pi/x and C:/Users",
        "camera 0 (/dev/video0): 640x480 = 307200",
    ],
)
def test_a_sentence_without_a_secret_stays_as_it_is(text: str) -> None:
    """Above all Facet's own advice."""
    assert redact_urls(text) == text


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("pass@broker", "***"),
        ("me:pass", "me:***"),
        ("broker:1883", "broker:1883"),
        ("mqtt://me:pass@broker", "mqtt://broker"),
        ("living room", "living room"),
    ],
)
def test_a_value_that_fits_no_setting_may_be_an_address(found: str, shown: str) -> None:
    """In the place of the broker's name, for instance."""
    assert redact_found(found) == shown


@pytest.mark.parametrize(
    ("word", "shown"), [("password:pass", "password:***"), ("a@b", "***"), ("widht", "widht")]
)
def test_a_key_may_have_swallowed_its_value(word: str, shown: str) -> None:
    """YAML wants a space behind the colon."""
    assert redact_word(word) == shown


@given(user=st.from_regex(r"[a-z]{1,8}", fullmatch=True), before=_ANYTHING, after=_ANYTHING)
def test_no_password_survives_whatever_it_is_made_of(user: str, before: str, after: str) -> None:
    """Of a password that holds a snowman, the snowman never reaches the log."""
    assert _SECRET not in redact_address(f"rtsp://{user}:{before}{_SECRET}{after}@camera/live")


@given(before=_ANYTHING, after=_ANYTHING)
def test_no_path_and_no_query_survives_whatever_it_is_made_of(before: str, after: str) -> None:
    """With an @ or without."""
    assert _SECRET not in redact_address(f"http://camera/snap.cgi?user={before}{_SECRET}{after}")
    assert _SECRET not in redact_address(f"http://camera/{before}{_SECRET}{after}")


@given(before=_LINE, after=_LINE)
def test_no_password_of_one_word_survives_in_a_sentence(before: str, after: str) -> None:
    """Nor does that of a query."""
    url = f"http://me:{before}{_SECRET}{after}@camera/?{before}{_SECRET}{after}"
    assert _SECRET not in redact_urls(f"The camera at {url} does not answer")


@pytest.mark.parametrize("word", ["a" * 100_000, "a:@" * 30_000, ":" * 100_000, "//a" * 30_000])
def test_a_word_of_any_length_takes_no_time(word: str) -> None:
    """The test would not end: a library may log whatever it has received."""
    redact_urls(f"{word} me@home {word}@ ?{word}=")


@given(_ANYTHING)
def test_what_was_redacted_once_stays_as_it_is(text: str) -> None:
    """A label may pass through a second redaction on its way to the log."""
    once = redact_address(f"http://me:pass@camera/{text}")
    assert redact_address(once) == once
    assert redact_urls(once) == once
