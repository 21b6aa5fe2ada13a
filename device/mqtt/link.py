"""The node's link with the broker: it is made again whenever it breaks, and reports that.

Everything that it reports comes as a LinkEvent, on threads of the link, which only put it on a queue. The node's loop
takes it from there: node/mqtt_sink.py does what the connection's events ask, node/controls.py what commands ask.

The link keeps no message for a broker that is away, and not many for one that confirms none: see Connection.publish.
What must not be lost belongs in the outbox; all else is published afresh on Connected, as it is then.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from device.errors import LinkError, ProtocolRefusedError
from device.mqtt.connection import Connection, Handlers
from device.mqtt.events import Connected, Delivered, Disconnected, LinkEvent, Refused
from device.mqtt.hang_ups import STABLE_SECONDS, HangUps
from device.mqtt.inbound import Inbound
from device.mqtt.interests import Also, remedy
from device.mqtt.message import RetainedMessage
from device.mqtt.negotiation import negotiate
from device.mqtt.retry import delay_after
from device.mqtt.session import Session
from device.mqtt.subscriber import Subscriber
from device.mqtt.topics import OFFLINE, Topics
from device.mqtt.unconfirmed import Answer
from device.mqtt.waits import USUAL, Waits
from device.supervision.heartbeat import Heartbeat

if TYPE_CHECKING:
    from device.config import MqttSettings

_LOG = logging.getLogger(__name__)

_INSECURE = (
    "mqtt.tls.insecure_skip_verify is on: ANYBODY can pretend to be the broker, read the password "
    "and send commands; set mqtt.tls.ca_file instead"
)
# Seconds. Name, TCP, TLS and CONNECT have ten each, for two versions of MQTT, and SUBSCRIBE; resolvers take their time.
_CONNECTING_SECONDS = 150.0
# Seconds. A broker sends what it keeps together with its answer to SUBSCRIBE, and nothing if there is nothing.
_OWN_DISCOVERY_SECONDS = 0.25
# Seconds. A round of paho's takes one.
_ROUND_SECONDS = 30.0
# Seconds between two attempts, however often somebody presses.
_SHORTEST_DELAY = 1.0


class Link:
    """Keeps a connection with the broker. All methods may be called from any thread, together() from one at a time.

    Its thread, "facet-mqtt", waits between two attempts: paho's reconnect_delay_set doubles its delay
    without jitter, and all nodes of a home would connect to a restarted broker at once.

    Args:
        settings: where to connect to, and as whom. Of a cluster the members are tried in turn, by each node in another
            order.
        node_id: the node's.
        inbox: receives what happens, from threads of the link; it must only put it on a queue.
        heartbeat: records the progress of the link's thread, and through it of paho's.
        random: for the jitter, and for the order of a cluster's members.
        also_reads: what not every node asks for.
        waits: how long the broker has for its answers.
    """

    def __init__(
        self,
        settings: MqttSettings,
        node_id: str,
        inbox: Callable[[LinkEvent], None],
        heartbeat: Heartbeat,
        random: Random | None = None,
        *,
        also_reads: Also = Also.NOTHING,
        waits: Waits = USUAL,
    ) -> None:
        self._random = random or Random()  # noqa: S311 - jitter, not cryptography
        members = settings.members()
        # The broker, or the members of its cluster in the order in which this node tries them; the first one is next.
        self._members = deque(self._random.sample(members, len(members)))
        self._topics = Topics(settings.base_topic, node_id, settings.discovery_prefix)
        self._session = Session(
            client_id=settings.client_id or f"facet-{node_id}",
            will=RetainedMessage(self._topics.status, OFFLINE),
            quality=0,
        )
        self._deliver_to = inbox
        self._heartbeat = heartbeat
        self._also_reads = also_reads
        self._subscriber = Subscriber(self._topics, waits)
        self._confirmation = waits.confirmation
        self._inbound = Inbound(self._topics, self._deliver, self._random)
        self._handlers = Handlers(message=self._inbound.received, answer=self._answer)
        self._connection: Connection | None = None
        self._version: str | None = None
        self._stopping = threading.Event()
        self._hang_ups = HangUps(self._session.client_id)
        # Ends the wait between two attempts.
        self._hurry = threading.Event()
        self._fault: str | None = None
        # Since the last connection; each member of a cluster may have another.
        self._reported: set[str] = set()
        self._has_reported_refusal = False
        self._thread = threading.Thread(target=self._run, name="facet-mqtt", daemon=True)

    @property
    def _settings(self) -> MqttSettings:
        """Those of the member whose turn it is."""
        return self._members[0]

    @property
    def is_connected(self) -> bool:
        """Whether messages can leave now."""
        return self._connection is not None

    @property
    def fault(self) -> str | None:
        """Why there is no connection, for the owner; None while there is one, and before that is known."""
        return None if self.is_connected else self._fault

    def start(self) -> None:
        """Begin to connect, in the background."""
        if self._settings.tls.insecure_skip_verify:
            _LOG.warning(_INSECURE)
        self._thread.start()

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> int | None:
        """Hand a message to the broker, for delivery at least once.

        Returns:
            the number that Delivered or Refused will name, or None without a connection: then the message is not kept.
        """
        connection = self._connection
        return connection.publish(topic, payload, retain=retain) if connection else None

    def together(self) -> AbstractContextManager[None]:
        """Let the messages that are published within leave together, in their order, at its end."""
        connection = self._connection
        return nullcontext() if connection is None else connection.together()

    def publish_to_present(self, topic: str, payload: bytes) -> None:
        """Hand a message to the broker for whoever is connected to it now; without a connection it is not kept."""
        connection = self._connection
        if connection is not None:
            connection.publish_to_present(topic, payload)

    def try_now(self) -> None:
        """Try at once if there is no connection: somebody waits for what the node is about to publish.

        A broker that refuses the node is not tried sooner: it may lock out a client that comes often.
        """
        if not self.is_connected:
            self._hurry.set()

    def stop(self, timeout: float = 3.0) -> None:
        """Publish that the node is offline, disconnect and end the threads.

        Args:
            timeout: seconds that the broker has to confirm it.
        """
        self._stopping.set()
        self._hurry.set()
        self._inbound.cancel()
        connection = self._connection
        if connection is not None:
            connection.close(self._session.will, timeout)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._heartbeat.begin("connecting", _CONNECTING_SECONDS)
            try:
                lasted, error = self._connect_and_stay()
            except LinkError as cause:
                lasted, error = 0.0, self._hang_ups.explained(cause, 0.0)
            except Exception as cause:  # noqa: BLE001 - survive what was not foreseen
                _LOG.exception("The link with the broker failed in an unexpected way")
                lasted, error = 0.0, LinkError(f"unexpected: {cause}")
            failures = 1 if lasted > STABLE_SECONDS else failures + 1
            delay = delay_after(error, failures, self._random.random())
            if not self._stopping.is_set():
                self._report(error, delay)
            self._members.rotate(-1)
            self._heartbeat.begin("waiting to connect again", delay + _ROUND_SECONDS)
            self._wait(error, delay)

    def _wait(self, error: LinkError, delay: float) -> None:
        """Wait until the next attempt is due, or somebody waits for it."""
        if error.needs_owner:
            self._stopping.wait(delay)
            return
        self._stopping.wait(min(delay, _SHORTEST_DELAY))
        self._hurry.wait(max(delay - _SHORTEST_DELAY, 0.0))
        self._hurry.clear()

    def _connect_and_stay(self) -> tuple[float, LinkError]:
        """Connect, and stay until the end; return for how many seconds that was, and why it ended."""
        connection = self._connect()
        started = monotonic()
        try:
            self._subscriber.subscribe(connection, self._also_reads)
        except LinkError as cause:
            connection.close()
            return 0.0, self._hang_ups.explained(cause, monotonic() - started)
        if Also.OWN_DISCOVERY in self._also_reads:
            # Before Connected, or the states of the new table would come to the entities of the old one.
            self._inbound.wait_for_own_discovery(_OWN_DISCOVERY_SECONDS)
            # Or the node itself would be the subscriber to whom the broker hands its discovery.
            connection.unsubscribe(self._topics.discovery)
            self._also_reads &= ~Also.OWN_DISCOVERY
        self._connection = connection
        if self._stopping.is_set():
            connection.close()
        self._fault = None
        self._reported.clear()
        self._has_reported_refusal = False
        _LOG.info(
            "Connected to %s:%d with MQTT %s, TLS %s, as %s",
            self._settings.host,
            self._settings.effective_port,
            connection.version,
            "on" if self._settings.tls.enabled else "off",
            self._session.client_id,
        )
        self._deliver(Connected())
        self._keep(connection)
        error = connection.wait_until_ended(lambda: self._on_round(connection))
        self._connection = None
        self._deliver(Disconnected(str(error)))
        lasted = monotonic() - started
        return lasted, self._hang_ups.explained(error, lasted)

    def _on_round(self, connection: Connection) -> None:
        self._keep(connection)
        self._subscriber.ask_again(connection)

    def _keep(self, connection: Connection) -> None:
        self._heartbeat.begin(f"keeping {connection}", _ROUND_SECONDS)

    def _connect(self) -> Connection:
        try:
            connection = negotiate(self._settings, self._version, self._make)
        except ProtocolRefusedError:
            self._version = None
            raise
        self._version = connection.version
        return connection

    def _make(self, version: str) -> Connection:
        return Connection(
            self._settings,
            self._session,
            version,
            self._handlers,
            confirmation=self._confirmation,
        )

    def _report(self, error: LinkError, delay: float) -> None:
        """Log why there is no connection: once, not at each attempt."""
        level = logging.ERROR if error.needs_owner else logging.WARNING
        self._fault = str(error)
        level = logging.DEBUG if self._fault in self._reported else level
        self._reported.add(self._fault)
        _LOG.log(level, "MQTT: %s (next attempt in %.1f s)", error, delay)

    # These run on paho's thread, which an exception would end.

    def _answer(self, number: int, answer: Answer) -> None:
        if answer.refusal is None:
            self._deliver(Delivered(number, answer.is_heard))
            return
        refusal = answer.refusal
        # Once a connection: it concerns every message on a topic.
        level = logging.DEBUG if self._has_reported_refusal else logging.ERROR
        self._has_reported_refusal = True
        what_to_do = remedy(answer, self._topics, self._also_reads)
        _LOG.log(level, "The broker threw a message away (%s); %s", refusal, what_to_do)
        self._deliver(Refused(number, refusal, answer.is_for_now))

    def _deliver(self, event: LinkEvent) -> None:
        try:
            self._deliver_to(event)
        except Exception:  # noqa: BLE001 - see above
            _LOG.exception("%s could not be handed on", event)
