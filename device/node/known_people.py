"""Who the node knows, as its capture thread asks before each burst; a gallery that cannot be read ends only that."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from device.errors import GalleryError
from device.node.visitor_log import VisitorLog
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference, Tombstone
from device.people.visitors import Visitor

_LOG = logging.getLogger(__name__)


class KnownPeople:
    """The newest gallery. The capture thread uses it; any thread may ask for its fault.

    Args:
        open_gallery: opens the gallery of the state directory; called on the capture thread, to which the file belongs.
        visitor_log: keeps whoever is unknown, if the owner wants that.
    """

    def __init__(self, open_gallery: Callable[[], GalleryFile], visitor_log: VisitorLog) -> None:
        self._open = open_gallery
        self._visitor_log = visitor_log
        self._file: GalleryFile | None = None
        self.gallery = Gallery.empty()
        """With whom faces are compared; with nobody while there is a fault."""
        self.tombstones: tuple[Tombstone, ...] = ()
        """Who was forgotten."""
        self.fault: str | None = None
        """Why nobody is recognised, for the owner; None when nothing is wrong."""

    @property
    def visitors(self) -> tuple[Visitor, ...]:
        """Who came in the last days and was unknown; nobody, unless the owner wants them kept."""
        return self._visitor_log.visitors

    @property
    def keeps_visitors(self) -> bool:
        """Whether the owner wants them kept."""
        return self._visitor_log.is_kept

    def refresh(self) -> None:
        """Take up what has changed, whoever has changed it."""
        try:
            file = self.file()
            self._visitor_log.tidy(file)
            if file.has_changed():
                self.gallery = file.snapshot()
                self.tombstones = file.tombstones()
                self._visitor_log.follow(file, self.gallery)
        except GalleryError as error:
            self._fail(error)
        else:
            self.fault = None

    def saw(self, strangers: Sequence[NewReference]) -> None:
        """Take the faces of a capture that are unknown, for keep_strangers()."""
        self._visitor_log.saw(strangers)

    def keep_strangers(self) -> None:
        """Write down whom saw() has taken, if visitors are kept; nothing else suffers if that is impossible."""
        self._visitor_log.keep(self.file)

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
        self._visitor_log.let_go()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _fail(self, error: GalleryError) -> None:
        self.close()
        fault = f"nobody is recognised: {error}"
        if fault != self.fault:
            _LOG.error("Until that is mended, %s", fault)
        self.fault = fault
