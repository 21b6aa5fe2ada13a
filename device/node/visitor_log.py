"""Unknown visitors of the last days, if the owner wants them kept: the capture thread's side of the gallery's book."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from device.errors import GalleryError, OtherEmbedderError
from device.observation import utc_now
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.matching import Limits
from device.people.person import NewReference
from device.people.visitors import Visitor, recognised, visitors_of

_LOG = logging.getLogger(__name__)

# Until it is tried again to delete what a disk did not let go.
_RETRY = timedelta(minutes=10)


class VisitorLog:
    """Keeps visitors, lets their visits expire, and drops whoever is recognised by now.

    Args:
        days: for how long visits are kept; 0 keeps none, and deletes those that were kept before.
        limits: of the network.
        now: returns the time in UTC.
    """

    def __init__(self, days: int, limits: Limits, now: Callable[[], datetime] = utc_now) -> None:
        self._days = days
        self._limits = limits
        self._now = now
        self._is_tidy = False
        self._tried_at: datetime | None = None
        self._strangers: Sequence[NewReference] = ()
        self.visitors: tuple[Visitor, ...] = ()
        """Who came, as of the newest follow()."""

    @property
    def is_kept(self) -> bool:
        """Whether visitors are kept at all."""
        return self._days > 0

    def saw(self, strangers: Sequence[NewReference]) -> None:
        """Take the unknown faces of a capture, for keep(): whoever waits for the answer does not wait for the disk."""
        self._strangers = strangers if self.is_kept else ()

    def keep(self, open_file: Callable[[], GalleryFile]) -> None:
        """Write down whom saw() has taken.

        Args:
            open_file: returns the gallery's file; only asked where there is somebody.
        """
        strangers, self._strangers = self._strangers, ()
        if not strangers:
            return
        try:
            open_file().visitors.record(strangers, self._limits)
        except GalleryError as error:
            _LOG.warning("An unknown visitor is not kept: %s", error)

    def tidy(self, file: GalleryFile) -> None:
        """Delete what has expired; asks the disk only after a start, and when something has."""
        now = self._now()
        is_waiting = self._tried_at is not None and abs(now - self._tried_at) < _RETRY
        if is_waiting or (self._is_tidy and not self._is_any_expired(now)):
            return
        self._tried_at = None
        try:
            if self.is_kept:
                file.visitors.expire(self._days)
            else:
                file.visitors.forget()
            self._is_tidy = True
        except GalleryError as error:
            # Whoever is enrolled is recognised nevertheless.
            self._tried_at = now
            _LOG.warning(
                "Visits of unknown visitors that should be deleted are still kept: %s", error
            )

    def follow(self, file: GalleryFile, gallery: Gallery) -> None:
        """Take up who came, after the file has changed, and drop whoever would be recognised now.

        Raises:
            GalleryError: the file cannot be read.
        """
        encounters = file.visitors.encounters() if self.is_kept else ()
        known = recognised(encounters, gallery, self._limits)
        if known:
            self._drop(file, known)
        self.visitors = visitors_of(each for each in encounters if each.visitor not in known)

    def let_go(self) -> None:
        """Forget what is in memory, for privacy or because the gallery cannot be read; the disk has the rest."""
        self._strangers = ()
        self._is_tidy = False
        self.visitors = ()

    def _drop(self, file: GalleryFile, known: Collection[int]) -> None:
        try:
            file.visitors.forget(known)
        except GalleryError as error:
            _LOG.warning("Unknown visitors who are recognised now are still kept: %s", error)
        else:
            _LOG.info("%d unknown visitors are recognised now, and kept no more", len(known))

    def _is_any_expired(self, now: datetime) -> bool:
        earliest = now - timedelta(days=self._days)
        return any(visitor.first_seen < earliest for visitor in self.visitors)


def open_gallery(path: Path, embedder: str) -> GalleryFile:
    """Open the gallery; visitors do not outlive the network that has measured them, as its people do.

    Args:
        path: of the gallery.
        embedder: sha256 of the network.

    Raises:
        GalleryError: see GalleryFile.open().
    """
    try:
        return GalleryFile.open(path, embedder)
    except OtherEmbedderError:
        forget_visitors(path)
        raise


def forget_visitors(path: Path) -> None:
    """Delete the visitors of a node that has kept some, and recognises nobody now; its people stay.

    Args:
        path: of the gallery; there may be none.
    """
    try:
        if path.exists():
            with GalleryFile.open(path) as gallery:
                gallery.visitors.forget()
    except (GalleryError, OSError) as error:
        _LOG.warning("Unknown visitors of before may still be kept: %s", error)
