"""Pictures by HTTP, from servers that answer byte for byte what a test says."""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PIL import Image as Pillow

from device.camera import open_camera
from device.camera.address import parse
from device.camera.capture import open_capture
from device.camera.stream import Stream
from device.config import CameraSettings
from device.errors import CameraError, CameraTrouble
from device.observation import Frame, utc_now
from device.system.secret_address import SecretAddress
from tests.camera.conftest import NOT_RELEASED, levels
from tests.camera.server import jpeg
from tests.hostile.camera import Asked, answering, chunked, mjpeg, ok, trickling

_NOISE = np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8)


def encoded(kind: str = "JPEG", **options: object) -> bytes:
    """Return a picture with so much detail that it is some kilobytes long."""
    file = io.BytesIO()
    Pillow.fromarray(_NOISE).save(file, kind, **options)
    return file.getvalue()


def burst(url: str, n: int = 3) -> list[Frame]:
    """Return a burst of the product's camera on a URL."""
    with open_camera(CameraSettings(source=SecretAddress(url))) as camera:
        return camera.burst(n, 0.0)


WHOLE = encoded()
THIRD = WHOLE[: len(WHOLE) // 3]
CUT = {
    "announced": ok(THIRD, length=len(WHOLE)),
    "not announced": ok(THIRD, length=-1),
    "announced as short as it is": ok(THIRD),
    "chunked": chunked(WHOLE, is_whole=False),
    "without the mark of its end": ok(WHOLE[:-2], length=-1),
    "with the mark of its end behind": ok(THIRD + b"\xff\xd9"),
    "with that mark behind most of it": ok(WHOLE[: len(WHOLE) * 8 // 10] + b"\xff\xd9"),
    "progressive": ok(encoded(progressive=True)[:-20], length=-1),
    "whole by itself, but more was announced": ok(WHOLE, length=len(WHOLE) + 1),
    "before its first byte": ok(b"", length=len(WHOLE)),
    "png": ok(encoded("PNG")[:-20], "image/png", -1),
    "webp": ok(encoded("WEBP")[:-20], "image/webp", -1),
    "bmp": ok(encoded("BMP")[:-20], "image/bmp", -1),
    "multipart": mjpeg(THIRD, THIRD),
    "multipart that breaks off": ok(
        b"--frame\r\n\r\n" + THIRD, "multipart/x-mixed-replace; boundary=frame", -1
    ),
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_a_picture_that_ends_early_is_asked_for_twice_and_refused(answer: bytes) -> None:
    """Its grey or green rest is never judged."""
    with answering(answer) as asked:
        with open_camera(CameraSettings(source=SecretAddress(asked.url))) as camera:
            with pytest.raises(CameraError, match="ends early or is damaged"):
                camera.burst(3, 0.0)
            assert camera.status.trouble is CameraTrouble.UNREADABLE
        assert len(asked.requests) == 2


def test_the_sentence_says_what_was_announced_and_what_came() -> None:
    """In bytes, for whoever compares it with the camera's log."""
    words = f"{len(WHOLE)} bytes were announced, and {len(THIRD)} bytes came"
    with answering(CUT["announced"]) as asked, pytest.raises(CameraError, match=words):
        burst(asked.url)
    words = f"its length was not announced, and {len(THIRD)} bytes came"
    with answering(CUT["not announced"]) as asked, pytest.raises(CameraError, match=words):
        burst(asked.url)


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_the_second_attempt_gives_the_picture(answer: bytes) -> None:
    """Somebody stands in front of the camera: one lost packet does not cost the answer."""
    with answering(answer, ok(WHOLE)) as asked:
        (frame,) = burst(asked.url)
    assert frame.image.shape == (96, 128, 3)


WORKING = {
    "announced": ok(WHOLE),
    "not announced": ok(WHOLE, length=-1),
    "chunked": chunked(WHOLE),
    "bytes behind the end": ok(WHOLE + bytes(300)),
    "a line end behind the end": ok(WHOLE + b"\r\n", length=-1),
    "progressive": ok(encoded(progressive=True)),
    "png": ok(encoded("PNG"), "image/png"),
    "webp": ok(encoded("WEBP"), "image/webp"),
    "bmp": ok(encoded("BMP"), "image/bmp"),
    "an unusual type": ok(WHOLE, "application/octet-stream"),
    "a wrong type": ok(WHOLE, "text/html"),
    "no type": b"HTTP/1.0 200 OK\r\n\r\n" + WHOLE,
    "multipart of one": mjpeg(WHOLE),
    "multipart without an end": ok(
        b"--frame\r\n\r\n" + WHOLE, "multipart/x-mixed-replace; boundary=frame", -1
    ),
    "multipart that announces too much": mjpeg(WHOLE, WHOLE + bytes(9)),
}


@pytest.mark.parametrize("answer", WORKING.values(), ids=WORKING)
def test_whatever_is_whole_is_a_picture_at_the_first_attempt(answer: bytes) -> None:
    """Cameras differ in what they announce and append."""
    with answering(answer) as asked:
        frames = burst(asked.url, 1)
        assert [frame.image.shape for frame in frames] == [(96, 128, 3)]
        assert len(asked.requests) == 1


def test_a_part_that_ends_early_is_dropped_and_the_next_is_taken() -> None:
    """Neither the whole part before it nor the one after it is lost."""
    first, second, third = (jpeg(level) for level in (50, 100, 150))
    with answering(mjpeg(first, second[: len(second) // 2], third)) as asked:
        assert levels(burst(asked.url, 2)) == [50, 150]
        assert len(asked.requests) == 1


def test_a_camera_that_keeps_the_connection_open_is_not_waited_for() -> None:
    """The picture is there with the last byte that was announced."""
    with answering(ok(WHOLE), hangs=True) as asked:
        began = time.monotonic()
        assert len(stream(asked, seconds=100.0).read(1, 0.0, NOT_RELEASED)) == 1
        assert time.monotonic() - began < 50


def stream(asked: Asked, seconds: float, clock: Callable[[], float] = time.monotonic) -> Stream:
    """Return a stream that waits for so many seconds."""
    return Stream(
        parse(SecretAddress(asked.url)),
        open_capture=open_capture,
        clock=clock,
        now=utc_now,
        timeout_seconds=seconds,
    )


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\n\r\n", ok(THIRD, length=len(WHOLE))])
def test_a_camera_that_falls_silent_is_given_up(sent: bytes) -> None:
    """Before or within its answer; it is not asked twice when the time is up."""
    with answering(sent, hangs=True) as asked:
        with pytest.raises(CameraError):
            stream(asked, seconds=0.5).read(1, 0.0, NOT_RELEASED)
        assert len(asked.requests) <= 1


def test_a_picture_that_trickles_in_is_given_up() -> None:
    """Each piece is in time, and the whole is not."""
    answer = itertools.chain([ok(b"", length=len(WHOLE))], trickling(WHOLE, 0.05))
    # Ten looks at it last as long as it may take.
    clock = partial(next, itertools.count(step=3.0))
    with answering(answer) as asked, pytest.raises(CameraError, match="ends early"):
        stream(asked, seconds=30.0, clock=clock).read(1, 0.0, NOT_RELEASED)


def test_a_picture_that_is_too_large_is_refused_from_its_header() -> None:
    """Its memory is never asked for."""
    file = io.BytesIO()
    Pillow.new("L", (5000, 4000)).save(file, "JPEG")
    with (
        answering(ok(file.getvalue())) as asked,
        pytest.raises(CameraError, match="5000x4000 pixels; at most 13 megapixels"),
    ):
        burst(asked.url)
