"""Whole pictures by HTTP: one that ends early is refused, not judged with a grey or green half."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Event

import cv2

from device.camera.address import Address
from device.camera.capture import require_usable_size
from device.camera.picture import MEGABYTE, decode, read_header
from device.camera.source import require_not_released
from device.camera.web.multipart import NotMultipartError, Part, Parts
from device.camera.web.refusal import silent
from device.camera.web.reply import Reply, get
from device.errors import IncompletePictureError, NoPictureError, UnreadablePictureError
from device.observation import Frame, Image

_LOG = logging.getLogger(__name__)

_MAX_BYTES = 32 * MEGABYTE  # of one picture
_LONGEST_SIGNATURE = 12
# As FFmpeg, and unlike for files: `camera.rotation` turns pictures, and whoever set it saw them like this.
_AS_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
# What JPEG's decoder puts where the data ended too soon, though the camera has set its end mark behind: whole rows of
# blocks, exactly this grey in all channels. No lens and no letterbox gives that.
_FILLED = 128
_FILLED_ROWS = 8
_PAGES = ("text/html", "application/xhtml+xml", "application/json")
_PAGE_STARTS = (b"<!doctype html", b"<html")


class WebPictures:
    """What an HTTP URL gives: a picture, or MJPEG as multipart.

    Args:
        address: http:// or https://.
        clock: monotonic, in seconds.
        now: the time in UTC.
        timeout_seconds: for connecting, and for each picture.
    """

    def __init__(
        self,
        address: Address,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        timeout_seconds: float,
    ) -> None:
        self._address = address
        self._clock = clock
        self._now = now
        self._timeout = timeout_seconds

    def read(self, n: int, released: Event) -> list[Frame] | None:
        """Connect and return 1..n frames; None if the URL gives neither pictures nor a page, perhaps a video.

        A picture that ends early is asked for a second time, if the time is not up.

        Raises:
            CameraConnectionError: the camera cannot be reached, or answers with an error.
            NoPictureError: it gives nothing in time, or a page.
            IncompletePictureError: its pictures end early.
            UnreadablePictureError: they cannot be used.
            CameraReleasedError: released was set before the last frame was taken.
        """
        deadline = self._clock() + self._timeout
        try:
            return self._attempt(n, released)
        except IncompletePictureError as error:
            if self._clock() >= deadline:
                raise
            _LOG.info("%s It is asked for again at once.", error)
            return self._attempt(n, released)

    def _attempt(self, n: int, released: Event) -> list[Frame] | None:
        require_not_released(released)
        with get(self._address, self._timeout) as reply:
            require_not_released(released)
            if reply is None:
                return None
            if reply.content_type.startswith("multipart/"):
                return self._stream(reply, n, released)
            return self._snapshot(reply, released)

    def _snapshot(self, reply: Reply, released: Event) -> list[Frame] | None:
        deadline = self._clock() + self._timeout
        data = bytearray()
        is_late = False
        for chunk in reply.chunks():
            require_not_released(released)
            data += chunk
            if len(data) >= _LONGEST_SIGNATURE and not _begins_a_picture(data):
                break
            self._require_bounded(len(data))
            is_late = self._clock() > deadline
            if is_late:
                break
        require_not_released(released)
        captured_at, grabbed = self._now(), self._clock()
        if data and not _begins_a_picture(data):
            self._require_no_page(reply, data)
            return None  # perhaps a video
        is_ended = bool(data) and not reply.is_cut and not is_late
        image = self._decoded(bytes(data)) if is_ended else None
        if image is None:
            raise self._incomplete(reply.announced, len(data))
        return [Frame(image, captured_at, grabbed)]

    def _stream(self, reply: Reply, n: int, released: Event) -> list[Frame] | None:
        frames: list[Frame] = []
        dropped: Part | None = None
        deadline = self._clock() + self._timeout
        try:
            for part in self._parts(reply, released):
                if frame := self._frame(part):
                    frames.append(frame)
                    deadline = self._clock() + self._timeout
                elif _begins_a_picture(part.data):
                    dropped = part
                if len(frames) == n or self._clock() > deadline:
                    break
        except NotMultipartError:
            return None  # perhaps a video
        require_not_released(released)
        if not frames and dropped:
            raise self._incomplete(dropped.announced, len(dropped.data))
        if not frames:
            raise NoPictureError(silent(self._address, self._timeout))
        return frames

    def _parts(self, reply: Reply, released: Event) -> Iterator[Part]:
        """Yield parts until the stream ends, or one does not end in time."""
        parts = Parts()
        deadline = self._clock() + self._timeout
        for chunk in reply.chunks():
            require_not_released(released)
            for part in parts.feed(chunk):
                yield part
                deadline = self._clock() + self._timeout
            self._require_bounded(parts.held)
            if self._clock() > deadline:
                break
        if rest := parts.rest():
            yield rest

    def _frame(self, part: Part) -> Frame | None:
        """Return the picture of a part; None if it is not whole, or something else such as sound."""
        captured_at, grabbed = self._now(), self._clock()
        if not _begins_a_picture(part.data):
            return None
        image = self._decoded(part.data)
        if image is None:
            _LOG.debug("%s Dropped.", self._incomplete(part.announced, len(part.data)))
            return None
        return Frame(image, captured_at, grabbed)

    def _decoded(self, data: bytes) -> Image | None:
        try:
            width, height, _ = read_header(self._address.label, data)
        except UnreadablePictureError:
            return None
        require_usable_size(width, height)
        image = decode(data, _AS_STORED)
        return None if image is None or _is_filled_up(image) else image

    def _incomplete(self, announced: int | None, came: int) -> IncompletePictureError:
        before = (
            "its length was not announced"
            if announced is None
            else f"{announced} bytes were announced"
        )
        message = (
            f"camera.source: {self._address.label} gives a picture that ends early or is damaged: {before}, and {came} "
            f"bytes came. Check the network between the node and the camera, for instance the Wi-Fi."
        )
        return IncompletePictureError(message)

    def _require_no_page(self, reply: Reply, data: bytearray) -> None:
        """Make sure that what is no picture may be a video.

        Raises:
            NoPictureError: it is a page.
        """
        is_page = data.lstrip().lower().startswith(_PAGE_STARTS)
        if is_page or reply.content_type in _PAGES:
            message = (
                f"camera.source: {self._address.label} answers, but with no picture: what came is "
                f"{reply.content_type or 'a page'}, perhaps the page to log in. Take the URL of the picture itself "
                f"from the camera's manual, and check the user and password."
            )
            raise NoPictureError(message)

    def _require_bounded(self, length: int) -> None:
        if length > _MAX_BYTES:
            message = (
                f"camera.source: {self._address.label} gives a picture of more than {_MAX_BYTES // MEGABYTE} MB. "
                f"Choose a smaller one in the camera's settings."
            )
            raise UnreadablePictureError(message)


def _begins_a_picture(data: bytes | bytearray) -> bool:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"))


def _is_filled_up(image: Image) -> bool:
    """Whether the lower end of a picture was never sent, (H, W, 3) uint8 BGR."""
    return bool((image[-_FILLED_ROWS:] == _FILLED).all())
