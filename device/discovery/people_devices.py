"""Announces everybody who is enrolled as a device of Home Assistant's, and takes back whoever was forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from device.config import NodeSettings
from device.discovery.former_people import FormerPerson, Place
from device.discovery.message import DiscoveryJson
from device.discovery.person import person_farewell, person_ghost, person_payload
from device.discovery.saved_people import SavedPeople, is_person_id
from device.entities.documents import content
from device.entities.person_device import PERSON_DEVICE, SIGHTING, Sighting
from device.mqtt.topics import Topics
from device.mqtt.transport import Transport
from device.people.person import Person, Tombstone
from device.system.compact_json import compact
from device.system.json_store import JsonStore

_LOG = logging.getLogger(__name__)

# After a connection: the broker sends who was forgotten on other nodes, and nobody of them is announced again.
_SETTLING_SECONDS = 2.0
_BEFORE_A_CONNECTION = float("inf")
# Births of Home Assistant after which somebody who has left is not mentioned again; see announced.py.
_BIRTHS = 3
# Of other nodes; anybody who can write to the broker can add some.
_MOST_FORGOTTEN = 1000
# Connections in which former topics are cleared: some brokers end one because of a topic that is not allowed.
_TRIES = 3


class PeopleDevices:
    """Publishes what the broker retains of people. The loop's thread uses it.

    A person is one device, whichever nodes know them. So whoever forgets a person says so on a retained topic, with the
    id and the time: a node that still knows that person neither announces them nor says where they are. It goes on to
    recognise them, because what it knows is for its owner to delete, and not for whoever can write to the broker.

    Args:
        transport: the link.
        topics: the node's.
        node: its name and language.
        store: what the broker has from this node: whom it has announced, and whom it has reported as forgotten.
        clock: monotonic, in seconds.
        is_shared: whether this node also publishes people sealed, for other nodes.
    """

    def __init__(
        self,
        transport: Transport,
        topics: Topics,
        node: NodeSettings,
        store: JsonStore,
        clock: Callable[[], float],
        *,
        is_shared: bool = False,
    ) -> None:
        self._transport = transport
        self._topics = topics
        self._place = Place.of(topics, is_shared=is_shared)
        self._node = node
        self._store = store
        self._clock = clock
        self._people: dict[str, Person] = {}
        self._tombstones: dict[str, datetime] = {}
        self._is_known = False
        self._elsewhere: dict[str, datetime] = {}
        # What was published since the last announcement, so that a change publishes no more than what has changed.
        self._shown: dict[str, Person] = {}
        # None once everybody is announced.
        self._announce_at: float | None = _BEFORE_A_CONNECTION
        self._clearing: dict[int, str] = {}
        self._clearing_former: dict[int, FormerPerson] = {}

    def known(self, people: Iterable[Person], tombstones: Iterable[Tombstone]) -> bool:
        """Take who is enrolled, and who was forgotten on this node.

        Returns:
            Whether somebody has left whom this node knew, or has announced before its start.
        """
        before = self._people.keys() if self._is_known else self._load().announced
        self._people = {person.id: person for person in people}
        self._tombstones = {each.id: each.forgotten_at for each in tombstones}
        self._is_known = True
        if self._announce_at is None:
            self._publish()
        return bool(before - self._people.keys())

    def connected(self) -> None:
        """Announce everybody soon."""
        self._clearing.clear()
        self._clearing_former.clear()
        self._announce_at = self._clock() + _SETTLING_SECONDS

    def born(self) -> None:
        """Announce everybody now: Home Assistant has started, and may have missed a farewell."""
        saved = self._load()
        for person, births in saved.left.items():
            self._say_goodbye(person, person_ghost(person, self._topics), person_farewell(person))
            saved.left[person] = births + 1
        saved.left = {person: births for person, births in saved.left.items() if births < _BIRTHS}
        self._save(saved)
        self._announce()

    def tick(self) -> None:
        """Announce everybody if it is time to; to be called about once a second."""
        if self._announce_at is not None and self._clock() >= self._announce_at:
            self._announce()

    def seen(self, person: str, at: datetime) -> None:
        """Publish where somebody was recognised, and when; nothing of somebody who has no device."""
        if person in self._visible:
            sighting = content(SIGHTING, PERSON_DEVICE, Sighting(at, self._node.name))
            self._retain(self._topics.person(person), compact(sighting))

    def forgotten_elsewhere(self, person: str, payload: bytes) -> None:
        """Take that some node, perhaps this one, has forgotten somebody, or takes that back; anything."""
        if not is_person_id(person):
            return
        at = _moment(payload)
        if at is None:
            self._elsewhere.pop(person, None)
        elif person in self._elsewhere or len(self._elsewhere) < _MOST_FORGOTTEN:
            self._elsewhere[person] = at
        if self._announce_at is None:
            self._publish()

    def delivered(self, number: int) -> None:
        """Record that the broker has a message; to be called for each Delivered."""
        person = self._clearing.pop(number, None)
        if person is not None:
            saved = self._load()
            saved.announced.discard(person)
            saved.told |= {person} & self._tombstones.keys()
            saved.left.setdefault(person, 0)
            self._save(saved)
        former = self._clearing_former.pop(number, None)
        if former is not None and former not in self._clearing_former.values():
            saved = self._load()
            saved.former.pop(former, None)
            self._save(saved)

    @property
    def _visible(self) -> dict[str, Person]:
        """Everybody but those who were forgotten on another node since they were enrolled."""
        return {
            person.id: person
            for person in self._people.values()
            if person.id not in self._elsewhere or self._elsewhere[person.id] <= person.enrolled_at
        }

    def _publish(self) -> None:
        """Publish what has changed since the last announcement."""
        if not self._is_known:
            return
        saved = self._load()
        for person in sorted(saved.told & self._people.keys()):
            # Brought back by an import.
            self._retain(self._topics.forgotten(person), "")
            self._elsewhere.pop(person, None)
        saved.told -= self._people.keys()
        visible = self._visible
        untold = self._tombstones.keys() - saved.told
        gone = (saved.announced | untold) - visible.keys()
        saved.left = {key: births for key, births in saved.left.items() if key not in visible}
        # Before they are published: whatever comes between, they are not left behind.
        saved.announced |= visible.keys()
        self._save(saved)
        for person in sorted(gone):
            self._clear(person)
        for key, someone in visible.items():
            if self._shown.get(key) != someone:
                payload = person_payload(someone, self._topics, self._node.language)
                if self._retain(self._topics.person_discovery(key), compact(payload)) is not None:
                    self._shown[key] = someone
        self._clear_former(saved)

    def _clear_former(self, saved: SavedPeople) -> None:
        if not saved.former:
            return
        waiting = set(self._clearing_former.values())
        for former, tries in list(saved.former.items()):
            if former in waiting:
                continue
            if tries >= _TRIES:
                _LOG.warning(
                    "The broker does not let mqtt.username clear what it keeps of person %s under %s and %s, which "
                    "were mqtt.base_topic and discovery_prefix; docs/mqtt.md says how to",
                    former.person,
                    former.base_topic,
                    former.discovery_prefix,
                )
                del saved.former[former]
                continue
            numbers = [self._retain(*message) for message in former.messages(self._topics)]
            sent = [number for number in numbers if number is not None]
            if len(sent) == len(numbers):
                saved.former[former] = tries + 1
                self._clearing_former |= dict.fromkeys(sent, former)
        self._save(saved)

    def _clear(self, person: str) -> None:
        if person in self._clearing.values():
            return
        self._shown.pop(person, None)
        # First of all the device: its entities do not become unknown before they are gone.
        self._say_goodbye(person, person_farewell(person))
        number = self._retain(self._topics.person(person), "")
        if person in self._tombstones:
            at = self._tombstones[person].isoformat()
            number = self._retain(self._topics.forgotten(person), at)
        if number is not None:
            self._clearing[number] = person

    def _say_goodbye(self, person: str, *payloads: DiscoveryJson) -> None:
        topic = self._topics.person_discovery(person)
        for payload in payloads:
            self._retain(topic, compact(payload))
        self._retain(topic, "")

    def _announce(self) -> None:
        self._announce_at = None
        self._shown.clear()
        self._publish()

    def _load(self) -> SavedPeople:
        return SavedPeople.of(self._store.load(), self._place)

    def _save(self, saved: SavedPeople) -> None:
        document = saved.to_json()
        if document != self._store.load():
            self._store.save(document)

    def _retain(self, topic: str, payload: str) -> int | None:
        return self._transport.publish(topic, payload, retain=True)


def _moment(payload: bytes) -> datetime | None:
    try:
        moment = datetime.fromisoformat(payload.decode("ascii", "replace"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
