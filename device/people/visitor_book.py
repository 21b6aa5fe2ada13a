"""Unknown visitors on the disk: in the gallery's file, for some days, without a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from device.people.connection import GalleryConnection
from device.people.encounter_rows import (
    delete_encounters,
    delete_encounters_outside,
    delete_visitors,
    has_encounters,
    insert_encounter,
    prolong_encounter,
    select_encounters,
)
from device.people.facts import EMBEDDER, read_fact
from device.people.matching import Limits
from device.people.person import NewReference
from device.people.thinning import MOST_REFERENCES
from device.people.visit import VISIT_SECONDS
from device.people.visitors import Encounter, by_visitor, nearest_visitor

MOST_VISITORS = 50
"""Of whom visits are kept. Home Assistant's recorder keeps the list of them, which is then 5 kB long; beyond it whoever
has stayed away longest goes."""
MOST_VISITS = MOST_REFERENCES
"""Of one visitor: whoever gets a name has no more references."""
_VISIT = timedelta(seconds=VISIT_SECONDS)
# A visit that has not happened yet was dated by a clock that was wrong, and would stay for too long.
_CLOCK_ERROR = timedelta(days=1)


class VisitorBook:
    """Who came and was unknown; GalleryReader.visitors is the one of an open gallery.

    Args:
        connection: to the gallery's file.
        now: returns the time in UTC.
    """

    def __init__(self, connection: GalleryConnection, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._now = now

    def encounters(self) -> tuple[Encounter, ...]:
        """Return every visit that is kept, the oldest first; damaged ones are left out.

        Raises:
            GalleryError: the file cannot be read, or another network has made its references.
        """
        with self._connection.read() as database:
            return tuple(select_encounters(database))

    def record(self, faces: Sequence[NewReference], limits: Limits) -> None:
        """Keep the faces of one capture, each of somebody else, as visits: old ones that go on, or new ones.

        Args:
            faces: of unknown people.
            limits: of the network.

        Raises:
            GalleryError: the disk does not take it, or another network has made its references.
            ValueError: what is handed in are no embeddings.
        """
        with self._connection.change() as database:
            self._connection.claim(database, None)
            before = list(select_encounters(database))
            for face in faces:
                visitor = nearest_visitor(face.embedding, before, limits)
                own = [each for each in before if each.visitor == visitor]
                _record(database, visitor, own, face, self._now())
                # Nobody is in one picture twice.
                before = [each for each in before if each.visitor != visitor]
            surplus = delete_encounters(database, _surplus(select_encounters(database)))
        if surplus:
            self._connection.erase_traces()

    def forget(self, visitors: Collection[int] | None = None) -> int:
        """Delete some visitors, or all of them, with all their visits.

        Args:
            visitors: their numbers; None for everybody.

        Returns:
            How many visits there were.

        Raises:
            GalleryError: the disk does not take it; then nothing was deleted.
        """
        return self._delete(lambda database: delete_visitors(database, visitors))

    def expire(self, days: int) -> int:
        """Delete the visits that began longer ago, and all of them if another network has measured them.

        Args:
            days: above zero.

        Returns:
            How many there were.

        Raises:
            GalleryError: the disk does not take it; then nothing was deleted.
        """
        now, embedder = self._now(), self._connection.embedder

        def delete(database: sqlite3.Connection) -> int:
            if embedder is not None and read_fact(database, EMBEDDER) != embedder:
                return delete_visitors(database)
            earliest = now - timedelta(days=days)
            return delete_encounters_outside(database, earliest, now + _CLOCK_ERROR)

        return self._delete(delete)

    def _delete(self, delete: Callable[[sqlite3.Connection], int]) -> int:
        # A disk that cannot be written is none of its business while there is nothing to delete.
        with self._connection.look() as database:
            if not has_encounters(database):
                return 0
        with self._connection.change() as database:
            count = delete(database)
        if count:
            self._connection.erase_traces()
        return count


def _record(
    database: sqlite3.Connection,
    visitor: int | None,
    before: Sequence[Encounter],
    face: NewReference,
    now: datetime,
) -> None:
    latest = max(before, key=lambda each: each.ended_at, default=None)
    if latest is not None and timedelta(0) <= now - latest.ended_at <= _VISIT:
        prolong_encounter(database, latest, face, now)
    else:
        insert_encounter(database, visitor, face, now)


def _surplus(encounters: Iterable[Encounter]) -> list[int]:
    """Return the ids of the visits that are too many."""
    own = sorted(by_visitor(encounters).values(), key=_last_seen, reverse=True)
    return [
        *(each.id for visits in own[:MOST_VISITORS] for each in visits[:-MOST_VISITS]),
        *(each.id for visits in own[MOST_VISITORS:] for each in visits),
    ]


def _last_seen(visits: Sequence[Encounter]) -> datetime:
    return max(each.ended_at for each in visits)
