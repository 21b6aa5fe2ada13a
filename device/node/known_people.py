"""Who the node knows, as its capture thread asks before each burst; a gallery that cannot be read ends only that."""

from __future__ import annotations

import logging
from collections.abc import Callable

from device.errors import GalleryError
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.person import Tombstone

_LOG = logging.getLogger(__name__)


class KnownPeople:
    """The newest gallery. The capture thread uses it; any thread may ask for its fault.

    Args:
        open_gallery: opens the gallery of the state directory; called on the capture thread, to which the file belongs.
    """

    def __init__(self, open_gallery: Callable[[], GalleryFile]) -> None:
        self._open = open_gallery
        self._file: GalleryFile | None = None
        self.gallery = Gallery.empty()
        """With whom faces are compared; with nobody while there is a fault."""
        self.tombstones: tuple[Tombstone, ...] = ()
        """Who was forgotten."""
        self.fault: str | None = None
        """Why nobody is recognised, for the owner; None when nothing is wrong."""

    def refresh(self) -> None:
        """Take up what has changed, whoever has changed it."""
        try:
            file = self.file()
            if file.has_changed():
                self.gallery = file.snapshot()
                self.tombstones = file.tombstones()
        except GalleryError as error:
            self._fail(error)
        else:
            self.fault = None

    def file(self) -> GalleryFile:
        """Return the gallery on the disk, to change it.

        Raises:
            GalleryError: it cannot be opened.
        """
        if self._file is None:
            self._file = self._open()
        return self._file

    def close(self) -> None:
        """Let go of everybody, and close the file; the next refresh() opens it again."""
        self.gallery = Gallery.empty()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _fail(self, error: GalleryError) -> None:
        self.close()
        fault = f"nobody is recognised: {error}"
        if fault != self.fault:
            _LOG.error("Until that is mended, %s", fault)
        self.fault = fault
