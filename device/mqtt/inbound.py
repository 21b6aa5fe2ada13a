"""What comes from the broker: which messages reach the node, and how many of them.

Anyone who can write to the broker can send all of it. What is passed on is bounded before it waits in
memory: every message in length, births and versions in number. Commands are counted where they wait: node/inbox.py.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from random import Random
from time import monotonic
from typing import Protocol

from device.mqtt.events import (
    Birth,
    Command,
    LastWill,
    LinkEvent,
    NewestVersion,
    OwnDiscovery,
    PersonForgotten,
    PersonSealed,
)
from device.mqtt.message import ReceivedMessage
from device.mqtt.topics import BIRTH_TOPIC, OFFLINE, ONLINE, Topics

_LOG = logging.getLogger(__name__)

LONGEST = 4096
"""Bytes of topic and payload; longer messages mean nothing to a node, whose longest command is a hundred."""
LONGEST_DISCOVERY = 65_536
"""Bytes of the payload of the node's own discovery, which has about half as many."""
LONGEST_SEALED = 60_000
"""Bytes of the payload of a sealed person; one with as many references as are kept has fifty thousand."""
# Seconds. Home Assistant, just started, should not be answered by all nodes at once.
_BIRTH_DELAY_SECONDS = 2.0
# Seconds. Of the versions that come within this time only the last one counts.
_VERSION_DELAY_SECONDS = 0.5
# Seconds in which Home Assistant need not be reported as gone twice.
_LAST_WILL_SECONDS = 1.0
# Seconds without a message of a kind, after which the next one is reported again.
_QUIET_SECONDS = 60.0
# Characters of a topic in the log.
_SHOWN = 100


class Cancellable(Protocol):
    """A timer that runs."""

    def cancel(self) -> None:
        """Stop it, unless it has gone off."""


StartTimer = Callable[[float, Callable[[], None]], Cancellable]
"""Starts to wait a number of seconds, and then calls a function on another thread."""


def start_timer(seconds: float, call: Callable[[], None]) -> threading.Timer:
    """Call a function after a number of seconds."""
    timer = threading.Timer(seconds, call)
    timer.name, timer.daemon = "facet-mqtt-timer", True
    timer.start()
    return timer


class Inbound:
    """Passes on what concerns the node.

    Args:
        topics: the node's.
        deliver: takes what concerns the node, on paho's thread or a timer's.
        random: for the delay after a birth.
        clock: monotonic, in seconds.
        timer: for what is delayed.
    """

    def __init__(
        self,
        topics: Topics,
        deliver: Callable[[LinkEvent], None],
        random: Random,
        *,
        clock: Callable[[], float] = monotonic,
        timer: StartTimer = start_timer,
    ) -> None:
        self._topics = topics
        self._deliver = deliver
        self._random = random
        self._births = _Delayed(self._deliver_birth, timer)
        self._versions = _Delayed(deliver, timer)
        self._has_own_discovery = threading.Event()
        self._clock = clock
        # When the last will was passed on, if Home Assistant has not been born since.
        self._gone_at = float("-inf")
        self._too_long = _Flood(clock)
        self._retained = _Flood(clock)

    def received(self, message: ReceivedMessage) -> None:
        """Take a message from the broker."""
        topic, payload = message.topic, message.payload
        if topic == self._topics.discovery:
            self._take_own_discovery(message)
        elif (length := len(payload) + message.missing) + len(topic.encode()) > LONGEST:
            self._take_long(message, length)
        elif topic == BIRTH_TOPIC:
            self._take_status(message)
        elif topic == self._topics.newest_version:
            self._versions.put(NewestVersion(payload), _VERSION_DELAY_SECONDS)
        elif (key := self._topics.command_key(topic)) is not None:
            self._command(key, payload, is_retained=message.is_retained)
        elif (person := self._topics.forgotten_person(topic)) is not None:
            self._deliver(PersonForgotten(person, payload))
        elif (person := self._topics.sealed_person(topic)) is not None:
            self._deliver(PersonSealed(person, payload))

    def wait_for_own_discovery(self, timeout: float) -> bool:
        """Wait until the node's own discovery has been passed on; return whether it was within timeout seconds."""
        return self._has_own_discovery.wait(timeout)

    def cancel(self) -> None:
        """Forget what is delayed."""
        self._births.cancel()
        self._versions.cancel()

    def _take_status(self, message: ReceivedMessage) -> None:
        # A retained one is as old as may be.
        if message.is_retained:
            return
        if message.payload == ONLINE.encode():
            self._births.put(Birth(), self._random.uniform(0, _BIRTH_DELAY_SECONDS))
        elif message.payload == OFFLINE.encode():
            self._births.cancel()
            if self._clock() - self._gone_at > _LAST_WILL_SECONDS:
                self._gone_at = self._clock()
                self._deliver(LastWill())

    def _deliver_birth(self, birth: LinkEvent) -> None:
        self._gone_at = float("-inf")
        self._deliver(birth)

    def _take_own_discovery(self, message: ReceivedMessage) -> None:
        # What the node itself publishes comes back as well, but not as a retained message.
        is_first = message.is_retained and not self._has_own_discovery.is_set()
        if is_first and len(message.payload) + message.missing <= LONGEST_DISCOVERY:
            self._deliver(OwnDiscovery(message.payload))
            self._has_own_discovery.set()

    def _command(self, key: str, payload: bytes, *, is_retained: bool) -> None:
        if not is_retained:
            self._deliver(Command(key, payload))
        elif self._retained.begins():
            _LOG.warning(
                "The command on %s is ignored: it was published retained, and would come again at "
                "each connection; publish it without retain. Others are not reported until none has come for %.0f s",
                self._topics.command(key)[:_SHOWN],
                _QUIET_SECONDS,
            )

    def _take_long(self, message: ReceivedMessage, length: int) -> None:
        """Take a message that is longer than most may be: somebody who is shared, or nothing."""
        person = self._topics.sealed_person(message.topic)
        allowed = LONGEST if person is None else LONGEST_SEALED
        if person is None or length > allowed:
            self._refuse_long(message.topic, length, allowed)
        else:
            self._deliver(PersonSealed(person, message.payload))

    def _refuse_long(self, topic: str, length: int, allowed: int) -> None:
        if self._too_long.begins():
            _LOG.warning(
                "A message on %s is ignored: its topic and its %d bytes are longer than the %d allowed; "
                "find out who sends it. Others are not reported until none has come for %.0f s",
                topic[:_SHOWN],
                length,
                allowed,
                _QUIET_SECONDS,
            )


class _Delayed:
    """Delivers once, after a delay, the newest of what came meanwhile."""

    def __init__(self, deliver: Callable[[LinkEvent], None], timer: StartTimer) -> None:
        self._deliver = deliver
        self._start_timer = timer
        self._lock = threading.Lock()
        self._newest: LinkEvent | None = None
        self._timer: Cancellable | None = None

    def put(self, event: LinkEvent, delay: float) -> None:
        with self._lock:
            is_waiting = self._newest is not None
            self._newest = event
            if not is_waiting:
                self._timer = self._start_timer(delay, self._fire)

    def cancel(self) -> None:
        with self._lock:
            self._newest = None
            if self._timer is not None:
                self._timer.cancel()

    def _fire(self) -> None:
        with self._lock:
            event, self._newest = self._newest, None
        if event is not None:
            self._deliver(event)


class _Flood:
    """Messages of a kind that come one soon after the other, of which only the first is reported."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = float("-inf")

    def begins(self) -> bool:
        """Take note of one more; return whether it is the first after a quiet time."""
        before, self._last = self._last, self._clock()
        return self._last - before > _QUIET_SECONDS
