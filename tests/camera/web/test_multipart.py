"""Where a part of MJPEG over HTTP begins and ends, however its bytes arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.camera.web.multipart import NotMultipartError, Part, Parts


def part(data: bytes, announced: int | None = None, delimiter: bytes = b"--frame") -> bytes:
    """Return a part as a camera sends it."""
    length = b"" if announced is None else b"\r\nContent-Length: %d" % announced
    return delimiter + b"\r\nContent-Type: image/jpeg" + length + b"\r\n\r\n" + data + b"\r\n"


def test_parts_without_a_length_end_at_the_next_delimiter() -> None:
    """The line end before the delimiter belongs to the delimiter."""
    parts = Parts()
    assert parts.feed(part(b"one") + part(b"two\r\n")) == [Part(b"one", None)]
    assert parts.feed(part(b"")) == [Part(b"two\r\n", None)]


def test_a_part_with_a_length_is_there_with_its_last_byte() -> None:
    """A camera that sends one picture a second does not delay each by a second."""
    assert Parts().feed(part(b"one", 3)) == [Part(b"one", 3)]


def test_a_part_that_ends_early_takes_nothing_from_the_next() -> None:
    """It ends at the delimiter, although more was announced."""
    assert Parts().feed(part(b"on", 30) + part(b"two", 3)) == [Part(b"on", 30), Part(b"two", 3)]


def test_the_delimiter_is_the_one_of_the_body() -> None:
    """Cameras announce `boundary=--frame` and send `--frame`, or `frame` and `----frame`."""
    body = part(b"one", delimiter=b"----f") + part(b"two", delimiter=b"----f")
    assert Parts().feed(b"\r\n" + body) == [Part(b"one", None)]


def test_plain_line_feeds_are_line_ends() -> None:
    """Small web servers forget the carriage return."""
    body = b"--frame\nContent-length:3\n\none\n--frame\n\ntwo\n--frame\n"
    assert Parts().feed(body) == [Part(b"one", 3), Part(b"two", None)]


def test_what_came_of_the_last_part_is_the_rest() -> None:
    """A camera may end its stream without a delimiter."""
    parts = Parts()
    assert parts.feed(part(b"one", 3) + b"--frame\r\n\r\ntw") == [Part(b"one", 3)]
    assert parts.rest() == Part(b"tw", None)


def test_a_stream_that_ends_with_a_part_has_no_rest() -> None:
    """Nor has one that has not begun."""
    parts = Parts()
    assert parts.rest() is None
    parts.feed(part(b"one", 3) + b"--frame--\r\n")
    assert parts.rest() is None


@pytest.mark.parametrize("body", [b"\xff\xd8\xff", b"<html>", b"-\r\n", b"--\r\n\r\n", b"--a\r\n"])
def test_a_body_without_a_delimiter_is_rejected(body: bytes) -> None:
    """Before more of it is kept."""
    with pytest.raises(NotMultipartError):
        Parts().feed(body)


@given(
    pictures=st.lists(
        st.tuples(st.binary(max_size=40).filter(lambda data: b"--" not in data), st.booleans())
    ),
    sizes=st.lists(st.integers(1, 9), min_size=1),
)
def test_it_does_not_matter_how_the_bytes_arrive(
    pictures: list[tuple[bytes, bool]], sizes: list[int]
) -> None:
    """Cut anywhere, the parts are the same."""
    expected = [Part(data, len(data) if has_length else None) for data, has_length in pictures]
    body = b"".join(part(each.data, each.announced) for each in expected) + b"--frame"
    parts = Parts()
    found: list[Part] = []
    at = 0
    while at < len(body):
        size = sizes[at % len(sizes)]
        found += parts.feed(body[at : at + size])
        at += size
    assert found == expected


@given(st.binary(max_size=200))
def test_no_body_raises_anything_else(body: bytes) -> None:
    """Whatever stands behind the first delimiter."""
    parts = Parts()
    parts.feed(b"--frame\r\n" + body)
    parts.rest()
