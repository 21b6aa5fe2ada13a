"""The sink that carries everything to Home Assistant: through the outbox, and as retained documents."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from device.discovery.people_devices import PeopleDevices
from device.discovery.presence import Presence
from device.discovery.publisher import Publisher
from device.discovery.repeats import Repeats
from device.entities.documents import (
    ENROLMENT,
    EVENT,
    PRESSED,
    RECOGNISED,
    SEEN,
    STATE,
    happened,
)
from device.entities.kinds import Document, Json, Row
from device.entities.kinds import Event as EventRow
from device.entities.roster import Roster, RosterEvent
from device.mqtt.events import (
    Birth,
    Connected,
    Delivered,
    Disconnected,
    LastWill,
    LinkEvent,
    OwnDiscovery,
    PersonForgotten,
    Refused,
)
from device.mqtt.paced_sender import PacedSender
from device.mqtt.sender import OutboxSender
from device.mqtt.waiting_event import Event, Uptime
from device.node.expiring_state import ExpiringState
from device.observation import Observation, Trigger
from device.people.identity import Identity
from device.people.person import Tombstone
from device.system.clock import Clocks
from device.system.compact_json import compact

_LOG = logging.getLogger(__name__)

SubjectT = TypeVar("SubjectT")

# From the moment when Home Assistant has stopped recording until its process ends it still receives what is published,
# and does nothing with it: measured 2 seconds on two cores.
_ENDING = timedelta(seconds=10)
# Between two looks at the clock. Nothing that is sent waits for one: each event is dated when it is sent.
_CLOCK_CHECK_SECONDS = 1.0


class MqttSink:
    """Publishes observations and documents, and does what the link reports. The loop's thread uses it.

    An observation is on disk, together with the state that follows from it, before anything of it is published. Its
    events are published last: an automation that one of them starts may look at the picture and the sensors, which
    then show whoever this observation is about.

    Only the observation's own event waits for a broker that is away. What else happens is published when it happens or
    not at all: nobody wants to hear an hour later that it rang, or that somebody with glasses was there.

    Args:
        publisher: of what stays on the broker.
        sender: of the events that wait.
        presence: whether they wait for Home Assistant.
        moments: senders of the events that do not wait, by their documents: SEEN, RECOGNISED, PRESSED and ENROLMENT.
        people: the devices of those who are enrolled.
        table: the node's rows.
        state: the state document, as it is when an observation comes.
        clocks: what tells the time.
    """

    def __init__(
        self,
        publisher: Publisher,
        sender: OutboxSender,
        presence: Presence,
        moments: Mapping[Document[Any], PacedSender],
        people: PeopleDevices,
        *,
        table: Iterable[Row],
        state: ExpiringState,
        clocks: Clocks,
    ) -> None:
        self._publisher = publisher
        self._sender = sender
        self._presence = presence
        self._moments = moments
        self._people = people
        self._repeats = Repeats()
        self._events = tuple(row for row in table if isinstance(row, EventRow))
        self._state = state
        self._clock = clocks.monotonic
        self._read_clock = clocks.read
        self._next_clock_check = float("-inf")
        self._is_camera_online = False
        self._picture: bytes | None = None
        # Wait for the state that follows from the same observation.
        self._answer: tuple[Event, Observation] | None = None
        # In the order in which they are announced.
        self._documents: dict[Document[Any], Mapping[str, Json]] = {STATE: state.document}

    def triggered(self, trigger: Trigger) -> None:
        """Publish a press, if this is one."""
        self._publish_now(PRESSED, trigger)

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Commit an observation with its state, and publish its picture; the events follow the state."""
        (content,) = happened(EVENT, self._events, observation)
        now = self._read_clock()
        since = observation.triggered_monotonic
        ago = 0.0 if since is None else max(self._clock() - since, 0.0)
        event = Event(
            observation.event_id,
            observation.triggered_at,
            compact(content),
            compact(self._state.document),
            Uptime.of(now, ago),
            now.is_set,
        )
        self._answer = event, observation
        self._sender.keep(event)
        self._show(picture)

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Publish a document, and again with each announcement."""
        self._documents[document] = content
        with self._publisher.together():
            self._publisher.document(document, content)
            if document is STATE and self._answer is not None:
                answer, self._answer = self._answer, None
                self._publish_answer(*answer)

    def enrolment(self, event: RosterEvent) -> None:
        """Publish what came of enrolling, renaming or forgetting somebody."""
        self._publish_now(ENROLMENT, event)

    def people(self, roster: Roster, forgotten: Iterable[Tombstone]) -> bool:
        """Publish who is enrolled, as devices, and everybody who can be chosen, as the options of choices.

        Returns:
            Whether somebody has left whom this node has announced.
        """
        self._publisher.offer(roster)
        return self._people.known(roster.people, forgotten)

    def cleared(self) -> None:
        """Publish that there is no picture to show."""
        self._show(None)

    def camera(self, *, is_online: bool) -> None:
        """Publish whether the camera gives pictures, and again with each announcement."""
        self._is_camera_online = is_online
        self._publisher.camera(is_online=is_online)

    def handle(self, event: LinkEvent) -> None:
        """Do what the link reports is to be done; the only place where its events have a meaning."""
        match event:
            case Connected():
                self._presence.connected(self._clock())
                self._follow_presence()
                self._announce()
                self._people.connected()
                self._sender.resume()
            case Birth():
                _LOG.info("Home Assistant has started; announcing the node again")
                self._presence.born(self._clock())
                self._follow_presence()
                self._announce(is_birth=True)
                self._people.born()
            case LastWill():
                self._presence.left()
                self._follow_presence()
                if self._sender.is_held:
                    self._sender.take_back(_ENDING)
            case Disconnected():
                self._repeats.disconnected()
                self._sender.pause()
                for sender in self._moments.values():
                    sender.drop()
            case Delivered():
                self._delivered(event)
            case Refused(number):
                self._publisher.refused(number)
                self._sender.refused(number, is_for_now=event.is_for_now)
                self._answered(number)
            case OwnDiscovery() | PersonForgotten():
                self._found(event)

    @property
    def due(self) -> float | None:
        """When to call tick, on the senders' clock; None while there is nothing to wait for."""
        return min((s.due for s in self._moments.values() if s.due is not None), default=None)

    def tick(self) -> None:
        """Let events wait for Home Assistant, or send them; to be called when it is due, and about once a second."""
        now = self._clock()
        if now >= self._next_clock_check:
            self._next_clock_check = now + _CLOCK_CHECK_SECONDS
            self._sender.follow_clock()
            self._sender.retry()
        self._follow_presence()
        self._people.tick()
        if self._repeats.is_due(now):
            self._repeat()
        for sender in self._moments.values():
            sender.tick()

    def _follow_presence(self) -> None:
        if not self._presence.is_holding(self._clock()):
            self._sender.release()
        elif not self._sender.is_held:
            _LOG.info("Events wait until Home Assistant is ready for them")
            self._sender.hold()

    def _found(self, event: OwnDiscovery | PersonForgotten) -> None:
        """Take what the broker keeps, of this node and of others."""
        match event:
            case OwnDiscovery(payload):
                self._publisher.found(payload)
            case PersonForgotten(person, payload):
                self._people.forgotten_elsewhere(person, payload)

    def _delivered(self, event: Delivered) -> None:
        number, is_heard = event.number, event.is_heard
        self._people.delivered(number)
        self._repeats.answered(number, self._clock(), is_heard=is_heard)
        if self._publisher.delivered(number):
            self._presence.discovery_answered(is_heard=is_heard)
        is_unheard = is_heard is False and self._sender.is_on_the_way(number)
        if is_unheard and self._presence.unheard(self._clock()):
            self._sender.undelivered(number)
        else:
            self._sender.delivered(number)
        self._answered(number)
        self._follow_presence()

    def _publish_now(self, document: Document[SubjectT], subject: SubjectT) -> None:
        self._moments[document].send(*map(compact, happened(document, self._events, subject)))

    def _sight(self, observation: Observation) -> None:
        """Publish where everybody is who is recognised: now or, without a broker, never.

        It is retained, so that a Home Assistant that is away finds it.
        """
        at = observation.captured_at or observation.triggered_at
        identities = (face.fact(Identity) for face in observation.faces)
        for person in {each.person.id for each in identities if each and each.person}:
            self._people.seen(person, at)

    def _publish_answer(self, event: Event, observation: Observation) -> None:
        self._sight(observation)
        if self._sender.publish(event):
            self._publish_now(SEEN, observation)
            self._publish_now(RECOGNISED, observation)

    def _answered(self, number: int) -> None:
        for sender in self._moments.values():
            sender.answered(number)

    def _show(self, picture: bytes | None) -> None:
        was_shown, self._picture = self._picture is not None, picture
        if was_shown or picture is not None:
            self._publisher.picture(picture)

    def _announce(self, *, is_birth: bool = False) -> None:
        number = self._publisher.announce(
            self._documents,
            is_camera_online=self._is_camera_online,
            picture=self._picture,
            is_birth=is_birth,
        )
        self._repeats.announced(number)

    def _repeat(self) -> None:
        number = self._publisher.repeat(
            self._documents,
            is_camera_online=self._is_camera_online,
            has_picture=self._picture is not None,
        )
        self._repeats.repeated(number)
