"""Pictures that stand in for a camera: one file, or a folder that is cycled through."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event

from device.camera.listing import picture_names
from device.camera.picture import read_picture
from device.camera.source import require_not_released, unreadable
from device.errors import CameraError, UnreadablePictureError
from device.observation import Frame, Image

_LOG = logging.getLogger(__name__)

CHECK_INTERVAL_SECONDS = 10.0


class Picture:
    """One picture file. It is decoded when it is first needed and again when the file has changed.

    A burst of a still is one frame: more would be the same picture again, and show nothing new.

    Args:
        path: of the file.
        clock: monotonic, in seconds.
        now: the time in UTC.
    """

    is_live = False
    check_interval = CHECK_INTERVAL_SECONDS

    def __init__(
        self, path: Path, *, clock: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._clock = clock
        self._now = now
        self._decoded: tuple[tuple[int, ...], Image] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the decoded picture is held."""
        return self._decoded is not None

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Return the picture; the arguments mean nothing to a file, whose read does not block."""
        del n, newer_than, released
        state = _file_state(self._path)
        if self._decoded is None or self._decoded[0] != state:
            self._decoded = None  # room for the new one first
            self._decoded = (state, read_picture(self._path))
        return [Frame(self._decoded[1], self._now(), self._clock())]

    def check(self, released: Event) -> None:
        """Check that the file is there; decode it if that was never done or it has changed."""
        self.read(1, 0.0, released)

    def close(self) -> None:
        """Forget the decoded picture."""
        self._decoded = None


class Folder:
    """A folder of pictures: each burst is the next one by name.

    A file that cannot be read is skipped, and named in the log.

    Args:
        path: of the folder.
        clock: monotonic, in seconds.
        now: the time in UTC.
    """

    is_live = False
    check_interval = CHECK_INTERVAL_SECONDS
    is_open = False

    def __init__(
        self, path: Path, *, clock: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        self._path = path
        self._clock = clock
        self._now = now
        self._last: str | None = None

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Return the next readable picture; n and newer_than mean nothing to files.

        Raises:
            CameraError: the folder holds no picture, or none that can be read.
            CameraReleasedError: released was set before a readable one was found.
        """
        del n, newer_than
        names = self._names()
        skipped: CameraError | None = None
        for _ in names:
            require_not_released(released)
            self._last = next_name(names, self._last)
            try:
                image = read_picture(self._path / self._last)
                return [Frame(image, self._now(), self._clock())]
            except CameraError as error:
                _LOG.warning("camera.source: skipped a picture of %s: %s", self._path, error)
                skipped = error
        message = (
            f"camera.source: none of the {len(names)} pictures in {self._path} can be read. "
            f"The last one: {skipped}"
        )
        raise UnreadablePictureError(message)

    def check(self, released: Event) -> None:
        """Check that the folder holds pictures; does not decode any."""
        del released  # nothing is read
        self._names()

    def close(self) -> None:
        """Nothing is held; the place in the folder is kept."""

    def _names(self) -> list[str]:
        return picture_names(self._path, setting="camera.source: ")


def next_name(names: Sequence[str], last: str | None) -> str:
    """Return the name after the last one, or the first at the end.

    Files may come and go between two calls, so the last one need not be among the names.

    Args:
        names: sorted, at least one.
        last: the one before, or None at the start.
    """
    return next((name for name in names if last is None or name > last), names[0])


def _file_state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written again or replaced."""
    try:
        found = path.stat()
    except OSError as error:
        message = f"camera.source: {path} cannot be read: {error.strerror}. Put the picture there."
        raise unreadable(message, error) from error
    return found.st_mtime_ns, found.st_size, found.st_ino
