"""What the capture thread does to share people with other nodes: it takes in theirs, and seals its own for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from device.errors import (
    GalleryError,
    NewerSealError,
    OtherEmbedderError,
    PeopleDocumentError,
    PersonNameError,
    SealError,
    UnknownPersonError,
)
from device.node.known_people import KnownPeople
from device.node.letterbox import Letterbox
from device.node.shared_topic import PersonToShare
from device.node.sharing_faults import (
    SharingFaults,
    of_a_taken_name,
    of_another_network,
    resembling,
    unreadable,
)
from device.people.document import PeopleDocument
from device.people.gallery import Gallery
from device.people.matching import Limits
from device.people.sealing import SealingKey
from device.people.sharing import fingerprint, one_each, says_more

_LOG = logging.getLogger(__name__)

# After a connection, and after the last of what the broker keeps has come: before the node knows that, it publishes
# nothing.
_SETTLING_SECONDS = 2.0
# Whoever goes on sending must not keep the node from sharing for ever.
_LONGEST_SETTLING_SECONDS = 60.0
# Until the same is published of somebody once more, because somebody has published what is older again.
_REPEAT_SECONDS = 30.0
# People whose message waits for another state of the gallery.
_MOST_PENDING = 20


class PeopleSharing:
    """Keeps the gallery and what the broker retains of it the same.

    Each person is one sealed message. One that comes is joined with the gallery; whoever then knows more than it says
    publishes that: again and again if it is older than what is here, but only once in a connection if it has something
    that does not fit in, or cannot be opened. So two nodes that cannot agree come to rest. What arrives, and
    whether there is a connection, comes from the loop's thread; all else happens on the capture thread, in steps of one
    person.

    Args:
        key: the one that all nodes share.
        known: who is.
        limits: returns what it takes to claim a name.
        put: takes who is to be published; the inbox's.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        key: SealingKey,
        known: KnownPeople,
        limits: Callable[[], Limits],
        put: Callable[[PersonToShare], None],
        clock: Callable[[], float],
    ) -> None:
        self._key = key
        self._known = known
        self._limits = limits
        self._put = put
        self._clock = clock
        self._letters = Letterbox()
        # Of all that follows, what the loop's thread changes too is changed only while it is held.
        self._changing = threading.Lock()
        self._connection = 0
        # The one in which the present step began.
        self._step = 0
        self._connected_at: float | None = None
        self._settled_at = float("inf")
        # Fingerprints by person: of what is here, of what needs no publishing, and of what was published last.
        self._own: dict[str, str] = {}
        self._settled: dict[str, str] = {}
        self._published: dict[str, str] = {}
        # When the same may be published again, by person.
        self._held_until: dict[str, float] = {}
        self._compared: Gallery | None = None
        # What could not be taken in as a whole, sealed: tried again when the gallery is another one.
        self._pending: dict[str, bytes] = {}
        self._tried_with: dict[str, str] = {}
        self._faults = SharingFaults()

    @property
    def fault(self) -> str | None:
        """Why somebody who is shared is not known here, for the owner; None when nothing is wrong."""
        return self._faults.text

    def connected(self) -> None:
        """Take that there is a connection; what the broker keeps may have come before."""
        with self._changing:
            self._connected_at = self._clock()
            self._settled_at = self._connected_at + _SETTLING_SECONDS

    def disconnected(self) -> int:
        """Take that the connection is over: what the broker keeps is not known any more, and comes with the next one.

        Returns:
            The number of the next connection.
        """
        with self._changing:
            self._connected_at = None
            self._connection += 1
            self._settled.clear()
            self._published.clear()
            self._letters.clear()
            return self._connection

    def receive(self, person: str, payload: bytes) -> None:
        """Take what came on somebody's topic; anything."""
        self._letters.put(person, payload)

    @property
    def due(self) -> float | None:
        """When to call tick at the latest, on the clock; None while there is no hurry."""
        if self._known.fault is not None:
            return None
        if not self._letters.is_empty:
            return float("-inf")
        return self._settled_at if self._connected_at is not None and self._owed else None

    def tick(self) -> None:
        """Take in one person, or publish one."""
        if self._known.fault is not None:
            return
        try:
            with self._changing:
                self._step = self._connection
            letter = self._letters.take()
            if letter is not None:
                self._wait_for_more()
                self._take(*letter)
                return
            if self._compared is not self._known.gallery:
                self._compare()
            if self._connected_at is not None and self._clock() >= self._settled_at and self._owed:
                self._publish(self._owed[0])
        except GalleryError as error:
            # The next refresh of the gallery finds out whether it lasts.
            _LOG.warning("People are not shared for now: %s", error)
        except Exception:  # noqa: BLE001 - what the broker keeps would otherwise end the node at each start
            _LOG.exception("A person is not shared")

    @property
    def _owed(self) -> list[str]:
        now = self._clock()
        return [
            key
            for key, own in self._own.items()
            if self._settled.get(key) != own and now >= self._held_until.get(key, now)
        ]

    def _wait_for_more(self) -> None:
        """Publish nothing yet, if nothing was published so far: the broker is still sending what it keeps."""
        with self._changing:
            if self._connected_at is not None and self._clock() < self._settled_at:
                latest = self._connected_at + _LONGEST_SETTLING_SECONDS
                self._settled_at = max(
                    self._settled_at, min(self._clock() + _SETTLING_SECONDS, latest)
                )

    def _compare(self) -> None:
        """Take note of what is in the gallery now, and try again what did not fit it as it was."""
        self._compared = self._known.gallery
        own = one_each(self._known.file().export_people())
        self._own = {person: fingerprint(document) for person, document in own.items()}
        if self._own != self._tried_with:
            self._tried_with = self._own.copy()
            for person, payload in self._pending.items():
                self._letters.put(person, payload, replaces=False)

    def _publish(self, person: str) -> None:
        document = self._document(person)
        if document is None:
            self._compared = None
            return
        own = self._own[person] = fingerprint(document)
        with self._changing:
            if self._step != self._connection:
                return
            self._settled[person] = self._published[person] = own
        try:
            payload = self._key.seal(document, person)
        except SealError as error:
            self._faults.add(person, str(error))
            return
        _LOG.info("Person %s is shared, in %d bytes", person, len(payload))
        self._put(PersonToShare(person, payload, self._step))

    def _take(self, person: str, payload: bytes) -> None:
        """Join what another node, or this one, has published of somebody with the gallery."""
        if not payload:
            return  # somebody has cleared the topic; the next connection publishes what is here
        self._pending.pop(person, None)
        self._faults.remove(person)
        try:
            document = self._key.unseal(payload, person)
        except NewerSealError as error:
            self._faults.add(person, str(error))
            self._leave(person)
            return
        except PeopleDocumentError as error:
            # What this node knows takes its place.
            self._faults.add(
                person, str(error) if isinstance(error, SealError) else unreadable(person)
            )
            self._say_again(person, is_older=False)
            return
        known = self._document(person)
        if says_more(document, known):
            try:
                self._join(person, document, payload)
            except OtherEmbedderError:
                self._faults.add(person, of_another_network(person))
                self._leave(person)
                return
            known = self._document(person)
        if known is None:
            return
        self._own[person] = fingerprint(known)
        if says_more(known, document):
            self._say_again(person, is_older=not says_more(document, known))
        else:
            self._leave(person)

    def _join(self, person: str, document: PeopleDocument, payload: bytes) -> None:
        try:
            imported = self._known.file().join(document, self._limits())
        except OtherEmbedderError:
            raise
        except (PersonNameError, GalleryError) as error:
            is_name = isinstance(error, PersonNameError)
            self._faults.add(person, of_a_taken_name(person) if is_name else str(error))
            self._postpone(person, payload)
            return
        if imported.refused:
            self._faults.add(person, resembling(person, imported.refused))
            self._postpone(person, payload)
        if imported.is_anything_changed:
            _LOG.info(
                "Person %s is %s, as another node shares it",
                person,
                "forgotten" if imported.forgotten else "added" if imported.added else "changed",
            )

    def _document(self, person: str) -> PeopleDocument | None:
        try:
            return one_each(self._known.file().export_people(person))[person]
        except UnknownPersonError:
            return None

    def _leave(self, person: str) -> None:
        """Take note that nothing is to be published of somebody, as they are now."""
        with self._changing:
            if person in self._own and self._step == self._connection:
                self._settled[person] = self._own[person]

    def _say_again(self, person: str, *, is_older: bool) -> None:
        """Have somebody published as they are now.

        Args:
            person: the id.
            is_older: whether what came is older than what is here. If not, nothing is published twice in a connection.
        """
        is_said = self._own.get(person) == self._published.get(person)
        if is_said and not is_older:
            self._leave(person)
            return
        now = self._clock()
        if is_said and self._held_until.get(person, now) <= now:
            self._held_until[person] = now + _REPEAT_SECONDS
        with self._changing:
            self._settled.pop(person, None)

    def _postpone(self, person: str, payload: bytes) -> None:
        if len(self._pending) < _MOST_PENDING:
            self._pending[person] = payload
