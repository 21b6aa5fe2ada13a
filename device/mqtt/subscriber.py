"""What the node reads at the broker, asked for again where the broker refuses it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from device.errors import LinkError
from device.mqtt.connection import PATIENCE, Connection
from device.mqtt.interests import Also, needed_topics, optional_topics
from device.mqtt.topics import Topics
from device.mqtt.waits import Waits

_LOG = logging.getLogger(__name__)


class Subscriber:
    """Subscribes one connection after the other to what the node reads. Of one thread.

    A broker refuses a subscription until its ACL is mended, or while a cluster is busy. Neither ends the connection, so
    without asking again no command would arrive until it ends.

    Args:
        topics: the node's.
        waits: how long the broker has for its answers.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        topics: Topics,
        waits: Waits,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._topics = topics
        self._waits = waits
        self._clock = clock
        self._refused: list[str] = []
        self._due = 0.0

    def subscribe(self, connection: Connection, also: Also) -> None:
        """Ask a new connection for all that the node reads; log what it needs and is refused.

        Args:
            connection: that is open.
            also: what not every node asks for.

        Raises:
            LinkError: the broker has not answered.
        """
        needed = needed_topics(self._topics, also)
        optional = optional_topics(self._topics, also)
        refused = connection.subscribe(*needed, *optional, patience=self._waits.subscribing)
        self._wait_with([topic for topic in needed if topic in refused])
        if self._refused:
            what = ", ".join(self._refused)
            if self._topics.command("+") in self._refused:
                what += ", so that no command of Home Assistant arrives"
            _LOG.error("The broker does not let mqtt.username read %s; allow it in its ACL", what)

    def ask_again(self, connection: Connection) -> None:
        """Ask for what was refused, once the pause is over; to be called about once a second."""
        if not self._refused or self._clock() < self._due:
            return
        try:
            refused = connection.subscribe(*self._refused, patience=PATIENCE)
        except LinkError as error:
            # A connection that has ended says so itself.
            _LOG.debug("Asking again: %s", error)
            refused = self._refused
        if granted := [topic for topic in self._refused if topic not in refused]:
            _LOG.info("The broker now lets mqtt.username read %s", ", ".join(granted))
        self._wait_with(refused)

    def _wait_with(self, refused: list[str]) -> None:
        self._refused = refused
        self._due = self._clock() + self._waits.asking_again
