"""The picture that Home Assistant shows, and for how long. It is kept in memory alone."""

from __future__ import annotations

from collections.abc import Callable

from device.entities.settings import Settings


class ExpiringPicture:
    """Holds one picture until it expires, or its owner allows another kind, or none.

    Args:
        show: takes a JPEG to Home Assistant, or None when there is nothing to show.
        expiry: seconds.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, show: Callable[[bytes | None], object], expiry: float, clock: Callable[[], float]
    ) -> None:
        self._show = show
        self._expiry = expiry
        self._clock = clock
        self._until = float("inf")
        self._settings: Settings | None = None
        self.shown: bytes | None = None
        """The JPEG that is shown; None when there is none."""

    def put(self, picture: bytes | None) -> None:
        """Show a picture in place of the one before.

        Args:
            picture: a JPEG; None when the newest capture has none that may be shown.
        """
        if picture is None:
            self.clear()
            return
        self.shown = picture
        self._until = self._clock() + self._expiry
        self._show(picture)

    def clear(self) -> None:
        """Show nothing."""
        if self.shown is not None:
            self.shown = None
            self._until = float("inf")
            self._show(None)

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
