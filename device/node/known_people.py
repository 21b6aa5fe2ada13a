"""Who the node knows, as its capture thread asks before each burst; a gallery that cannot be read ends only that."""

from __future__ import annotations

import logging
from collections.abc import Callable

from device.errors import GalleryError
from device.people.gallery import Gallery
from device.people.reader import GalleryReader

_LOG = logging.getLogger(__name__)


class KnownPeople:
    """The newest gallery. The capture thread uses it; any thread may ask for its fault.

    Args:
        open_gallery: opens the gallery of the state directory; called on the capture thread, to which the file belongs.
    """

    def __init__(self, open_gallery: Callable[[], GalleryReader]) -> None:
        self._open = open_gallery
        self._reader: GalleryReader | None = None
        self.gallery = Gallery.empty()
        """With whom faces are compared; with nobody while there is a fault."""
        self.fault: str | None = None
        """Why nobody is recognised, for the owner; None when nothing is wrong."""

    def refresh(self) -> None:
        """Take up what has changed, whoever has changed it."""
        try:
            if self._reader is None:
                self._reader = self._open()
            if self._reader.has_changed():
                self.gallery = self._reader.snapshot()
        except GalleryError as error:
            self._fail(error)
        else:
            self.fault = None

    def close(self) -> None:
        """Let go of everybody, and close the file; the next refresh() opens it again."""
        self.gallery = Gallery.empty()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _fail(self, error: GalleryError) -> None:
        self.close()
        fault = f"nobody is recognised: {error}"
        if fault != self.fault:
            _LOG.error("Until that is mended, %s", fault)
        self.fault = fault
