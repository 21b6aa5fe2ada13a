"""Nodes that share people over a broker that a test directs: all of it on one thread, with a clock that is set."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np

from device.mqtt.events import Connected, Delivered, Disconnected, PersonSealed
from device.mqtt.topics import Topics
from device.node.known_people import KnownPeople
from device.node.shared_topic import PersonToShare, SharedTopic
from device.node.sharing import PeopleSharing
from device.node.visitor_log import VisitorLog
from device.people.gallery_file import GalleryFile
from device.people.person import NewReference, Person
from device.people.sealing import SealingKey
from device.system.share_key import new_share_key
from tests.clock import Clock
from tests.node.gallery_bench import LIMITS, looks
from tests.people.references import EMBEDDER

TOPICS = Topics("facet", "hall")
_SETTLED = 2.5
_MANY = 10_000


class SharingNode:
    """A node that knows people, without a camera.

    Attributes:
        name: of its folder, and of its gallery.
        is_online: whether the broker has it as a client.
        published: whom it has published, in their order.
    """

    def __init__(self, home: Home, name: str, key: str, embedder: str, visitors_days: int) -> None:
        self.name = name
        self._home = home
        self._embedder = embedder
        self.path = home.folder / f"{name}.db"
        self.known = KnownPeople(self.open, VisitorLog(visitors_days, LIMITS, home.clock.now))
        self.inbox: list[PersonToShare] = []
        self.sharing = PeopleSharing(
            SealingKey.derive(key, "facet"),
            self.known,
            lambda: LIMITS,
            self.inbox.append,
            home.clock,
        )
        self.topic = SharedTopic(self, TOPICS, self.sharing)
        self.is_online = False
        self.published: list[str] = []
        self._number = 0

    def open(self) -> GalleryFile:
        """Open the gallery, as this node or as a command beside it."""
        return GalleryFile.open(self.path, self._embedder, self._home.clock.now)

    def connect(self) -> None:
        """Connect; what the broker keeps comes first."""
        self.is_online = True
        for topic, payload in self._home.retained.items():
            self.receive(topic, payload)
        self.topic.handle(Connected())

    def disconnect(self) -> None:
        """Lose the broker."""
        self.is_online = False
        self.topic.handle(Disconnected("gone"))

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message from the broker."""
        person = TOPICS.sealed_person(topic)
        assert person is not None
        self.topic.handle(PersonSealed(person, payload))

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> int | None:
        """Hand a message to the broker."""
        assert retain
        assert isinstance(payload, bytes)
        if not self.is_online:
            return None
        self._number += 1
        self.published.append(topic)
        self._home.publish(topic, payload)
        self._home.answers.append((self, Delivered(self._number)))
        return self._number

    def together(self) -> AbstractContextManager[None]:
        """Take messages as always."""
        return nullcontext()

    def publish_to_present(self, topic: str, payload: bytes) -> None:
        """Do nothing: people are retained."""
        raise NotImplementedError(topic, payload)

    def step(self) -> bool:
        """Do what is due, as the capture thread and the loop do; return whether there was anything."""
        self.known.refresh()
        self.sharing.tick()
        due = self.sharing.due
        has_more = bool(self.inbox) or (due is not None and due <= self._home.clock())
        while self.inbox:
            self.topic.share(self.inbox.pop(0))
        return has_more

    def names(self) -> dict[str, int]:
        """Who is enrolled, with how many references that are compared with."""
        with self.open() as gallery:
            return {
                person.name: sum(not r.is_set_aside for r in gallery.references(person.id))
                for person in gallery.people()
            }

    def content(self) -> object:
        """All that nodes are to have in common."""
        with self.open() as gallery:
            document = gallery.export_people()
        people = {
            each.id: (
                each.name,
                each.enrolled_at,
                {r.digest: (r.is_set_aside, r.marked_at) for r in each.references},
            )
            for each in document.people
        }
        return people, {each.id for each in document.tombstones}


class Home:
    """A broker and its nodes.

    Attributes:
        folder: of the galleries.
        clock: of all nodes.
        retained: what the broker keeps, by topic.
        key: that all nodes have, unless a test says otherwise.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.retained: dict[str, bytes] = {}
        self.nodes: list[SharingNode] = []
        self.answers: list[tuple[SharingNode, Delivered]] = []
        self.key = new_share_key()

    def node(
        self,
        name: str,
        *,
        key: str | None = None,
        embedder: str = EMBEDDER,
        online: bool = True,
        visitors_days: int = 0,
    ) -> SharingNode:
        """Start a node."""
        made = SharingNode(self, name, key or self.key, embedder, visitors_days)
        self.nodes.append(made)
        if online:
            made.connect()
            self.settle()
        return made

    def publish(self, topic: str, payload: bytes) -> None:
        """Take a retained message, and hand it to every node that is there."""
        self.retained[topic] = payload
        for node in self.nodes:
            if node.is_online:
                node.receive(topic, payload)

    def settle(self) -> None:
        """Let everything happen that follows."""
        for _ in range(3):
            self.clock.seconds += _SETTLED
            for _ in range(_MANY):
                answers, self.answers = self.answers, []
                for node, answer in answers:
                    node.topic.handle(answer)
                has_more = [node.step() for node in self.nodes]
                if not any(has_more) and not answers:
                    break
            else:
                message = "the nodes do not come to rest"
                raise AssertionError(message)

    def close(self) -> None:
        """Close the galleries."""
        for node in self.nodes:
            node.known.close()


def someone(seed: int, count: int = 4, first: int = 0) -> list[NewReference]:
    """Return references of a person; of another one with another seed."""
    random = np.random.default_rng(seed)
    return [
        NewReference(look, float(random.uniform(0.5, 1)))
        for look in looks(first + count, seed)[first:]
    ]


def enrol(home: Home, node: SharingNode, name: str, seed: int, count: int = 4) -> Person:
    """Enrol somebody as a command beside the node does, and let it be shared."""
    with node.open() as gallery:
        person = gallery.enrol(name, someone(seed, count))
    home.settle()
    return person
