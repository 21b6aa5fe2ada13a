"""What a camera on the network may send without end: it fills neither the memory nor the time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from device.camera import open_camera
from device.config import CameraSettings
from device.errors import CameraError
from device.system.secret_address import SecretAddress
from tests.hostile.camera import answering, endless, ok, refusal
from tests.hostile.client import MEGABYTE, resident

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(120)]

_PIECE = bytes(2**16)
_MULTIPART = "multipart/x-mixed-replace; boundary=frame"


@pytest.mark.parametrize(
    "answer",
    [
        endless(ok(b"\xff\xd8\xff\xe0", length=-1), _PIECE),
        endless(ok(b"\xff\xd8\xff\xe0", length=10**12), _PIECE),
        endless(ok(b"--frame\r\n\r\n\xff\xd8", _MULTIPART, -1), _PIECE),
        endless(ok(b"", _MULTIPART, -1), b"--frame\r\n\r\n\r\n" * 1000),
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 2**16),
        endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 10_000),
        endless(b"HTTP/1.1 ", b"2" * 2**16),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"f" * 2**16),
    ],
    ids=[
        "a picture",
        "a picture of a terabyte",
        "a part",
        "parts that are empty",
        "a header",
        "headers",
        "a status",
        "the length of a chunk",
    ],
)
def test_what_never_ends_is_given_up(answer: Iterator[bytes]) -> None:
    """It costs at most a few pictures of memory, and the time that a camera has."""
    before = resident()
    began = time.monotonic()
    with (
        answering(answer) as asked,
        open_camera(CameraSettings(source=SecretAddress(asked.url))) as camera,
        pytest.raises(CameraError),
    ):
        camera.burst(1, 0.0)
    grown = (resident() - before) / MEGABYTE
    took = time.monotonic() - began
    print(f"{grown:+.1f} MB resident after {took:.1f} s")
    assert grown < 100
    assert took < 60


def test_a_camera_that_sends_the_node_round_in_circles_is_given_up() -> None:
    """Each answer is a redirection to itself."""
    with answering(refusal("302 Found", "Location: /picture\r\n")) as asked:
        with (
            open_camera(CameraSettings(source=SecretAddress(asked.url))) as camera,
            pytest.raises(CameraError),
        ):
            camera.burst(1, 0.0)
        assert len(asked.requests) < 50
