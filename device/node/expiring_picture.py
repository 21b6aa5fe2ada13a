"""The picture that Home Assistant shows, and for how long. It is kept in memory alone."""

from __future__ import annotations

from collections.abc import Callable

from device.entities.settings import Settings
from device.node.picture import blank


class ExpiringPicture:
    """Holds one picture until it expires, or its owner allows another kind, or none.

    Args:
        show: takes a JPEG to Home Assistant.
        expiry: seconds.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, show: Callable[[bytes], object], expiry: float, clock: Callable[[], float]
    ) -> None:
        self._show = show
        self._expiry = expiry
        self._clock = clock
        self._picture = blank()
        self._until = float("inf")
        self._settings: Settings | None = None

    def put(self, picture: bytes) -> None:
        """Show a picture in place of the one before.

        Args:
            picture: a JPEG.
        """
        self._picture = picture
        self._until = self._clock() + self._expiry
        self.repeat()

    def clear(self) -> None:
        """Show nothing."""
        self._picture = blank()
        self._until = float("inf")
        self.repeat()

    def repeat(self) -> None:
        """Show again what is shown; to be called when somebody may have missed it."""
        self._show(self._picture)

    def apply(self, settings: Settings) -> None:
        """Take other settings; what they may no longer show is taken away."""
        before, self._settings = self._settings, settings
        if before is not None and (before.privacy, before.picture_mode) != (
            settings.privacy,
            settings.picture_mode,
        ):
            self.clear()

    def tick(self) -> None:
        """Take away a picture that has expired; to be called about once a second."""
        if self._clock() >= self._until:
            self.clear()
