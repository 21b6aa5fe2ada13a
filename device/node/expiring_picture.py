"""The picture that Home Assistant shows, and for how long. It is kept in memory alone."""

from __future__ import annotations

from collections.abc import Callable

from device.node.picture import blank


class ExpiringPicture:
    """Holds one picture until it expires.

    Args:
        show: takes a JPEG to Home Assistant.
        expiry: seconds.
    """

    def __init__(self, show: Callable[[bytes], object], expiry: float) -> None:
        self._show = show
        self._expiry = expiry
        self._picture = blank()
        self._until = float("inf")

    def put(self, picture: bytes, now: float) -> None:
        """Show a picture in place of the one before.

        Args:
            picture: a JPEG.
            now: on the monotonic clock, in seconds.
        """
        self._picture = picture
        self._until = now + self._expiry
        self.repeat()

    def clear(self) -> None:
        """Show nothing."""
        self._picture = blank()
        self._until = float("inf")
        self.repeat()

    def repeat(self) -> None:
        """Show again what is shown; to be called when somebody may have missed it."""
        self._show(self._picture)

    def tick(self, now: float) -> None:
        """Take away a picture that has expired; to be called about once a second."""
        if now >= self._until:
            self.clear()
