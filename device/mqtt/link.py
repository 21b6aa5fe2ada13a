"""The node's link with the broker: it is made again whenever it breaks, and says so.

It is driven by one thread, through one queue::

    inbox = queue.SimpleQueue[LinkEvent]()
    link = Link(config.mqtt, config.node.id, inbox.put, watch.link)
    publisher = Publisher(link, config, table, memory)
    sender = OutboxSender(link, topics.document(EVENT), outbox)
    link.start()
    while running:
        match event := inbox.get():
            case Connected():
                publisher.announce(documents(), camera_online=camera.is_open)
                sender.resume()
            case Birth():
                publisher.announce(documents(), camera_online=camera.is_open)
            case Disconnected():
                sender.pause()
            case Delivered(number):
                publisher.delivered(number)
                sender.delivered(number)
            case Refused(number):
                sender.refused(number)
            case Command(key, payload):
                ...  # find_command, parse_command; CommandError: log it, publish the true state
    link.stop()

The link keeps no message for a broker that is away. What must not be lost belongs into the outbox;
all else is published afresh on Connected, as it is then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from device.errors import HungUpError, LinkError, ProtocolRefusedError
from device.mqtt.connection import TOO_LONG, Connection, Will
from device.mqtt.events import (
    Birth,
    Command,
    Connected,
    Delivered,
    Disconnected,
    LinkEvent,
    NewestVersion,
    Refused,
)
from device.mqtt.negotiation import negotiate
from device.mqtt.topics import BIRTH_TOPIC, OFFLINE, ONLINE, Topics
from device.supervision.heartbeat import Heartbeat
from device.system.backoff import backoff

if TYPE_CHECKING:
    from device.config import MqttSettings

_LOG = logging.getLogger(__name__)

_INSECURE = (
    "mqtt.tls.insecure_skip_verify is on: ANYBODY can pretend to be the broker, read the password "
    "and send commands; set mqtt.tls.ca_file instead"
)
# Seconds. Home Assistant, just started, should not hear from all nodes at once.
_BIRTH_DELAY = 2.0
# Seconds. A connection that ends sooner counts as a failure: two clients with one id push each
# other out for ever otherwise.
_STABLE = 30.0
# Seconds. Name, TCP, TLS and CONNECT have ten each, for two versions of MQTT; resolvers take their time.
_CONNECTING_LIMIT = 120.0
# Seconds. paho turns once a second.
_TURN_LIMIT = 30.0
# A wrong password does not go away by itself, and some brokers lock out who tries it often.
_PATIENT_FACTOR = 10


class Link:
    """Keeps a connection with the broker. All methods may be called from any thread.

    Its own thread, "mqtt", waits between two attempts: paho's reconnect_delay_set doubles its delay
    without jitter, and all nodes of a house would come to a restarted broker at once.

    Args:
        settings: where to connect to, and as whom.
        node_id: the node's.
        inbox: receives what happens, from threads of the link; it must only put it on a queue.
        heartbeat: hears of the progress of the link's thread, and through it of paho's.
        random: for the jitter.
    """

    def __init__(
        self,
        settings: MqttSettings,
        node_id: str,
        inbox: Callable[[LinkEvent], None],
        heartbeat: Heartbeat,
        random: Random | None = None,
    ) -> None:
        self._settings = settings
        self._topics = Topics(settings.base_topic, node_id, settings.discovery_prefix)
        self._client_id = settings.client_id or f"facet-{node_id}"
        self._inbox = inbox
        self._heartbeat = heartbeat
        self._random = random or Random()  # noqa: S311 - jitter, not cryptography
        self._connection: Connection | None = None
        self._spoken: str | None = None
        self._stopping = threading.Event()
        self._birth: threading.Timer | None = None
        self._said = ""
        self._refusal_said = False
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    @property
    def is_connected(self) -> bool:
        """Whether messages can leave now."""
        return self._connection is not None

    def start(self) -> None:
        """Begin to connect, in the background."""
        if self._settings.tls.insecure_skip_verify:
            _LOG.warning(_INSECURE)
        self._thread.start()

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> int | None:
        """Hand a message to the broker, for delivery at least once.

        Returns:
            the number that Delivered or Refused will name, or None when there is no connection
            now: then the message is not kept.
        """
        connection = self._connection
        return connection.publish(topic, payload, retain=retain) if connection else None

    def stop(self, timeout: float = 3.0) -> None:
        """Say that the node is offline, disconnect and end the threads.

        Args:
            timeout: seconds that the broker has to confirm it.
        """
        self._stopping.set()
        if self._birth is not None:
            self._birth.cancel()
        connection = self._connection
        if connection is not None:
            connection.close(Will(self._topics.status, OFFLINE), timeout)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._heartbeat.begin("connecting", _CONNECTING_LIMIT)
            try:
                lasted, error = self._session()
            except LinkError as cause:
                lasted, error = 0.0, cause
            except Exception as cause:  # noqa: BLE001 - outlive what nobody thought of
                _LOG.exception("The link with the broker failed in an unexpected way")
                lasted, error = 0.0, LinkError(f"unexpected: {cause}")
            failures = 1 if lasted > _STABLE else failures + 1
            delay = backoff(failures, self._random.random())
            if error.patient:
                delay *= _PATIENT_FACTOR
            if not self._stopping.is_set():
                self._complain(error, delay)
            self._heartbeat.begin("waiting to connect again", delay + _TURN_LIMIT)
            self._stopping.wait(delay)

    def _session(self) -> tuple[float, LinkError]:
        """Connect, and stay until the end; return how many seconds that was, and why it ended."""
        connection = self._connect()
        started = monotonic()
        refused = connection.subscribe(
            self._topics.command("+"), BIRTH_TOPIC, self._topics.newest_version
        )
        for topic in refused:
            _LOG.error(
                "The broker does not let mqtt.username read %s; allow it in the broker's ACL", topic
            )
        self._connection = connection
        if self._stopping.is_set():
            connection.close()
        self._said = ""
        self._refusal_said = False
        _LOG.info(
            "Connected to %s:%d with MQTT %s, TLS %s, as %s",
            self._settings.host,
            self._settings.effective_port,
            connection.version,
            "on" if self._settings.tls.enabled else "off",
            self._client_id,
        )
        self._deliver(Connected())
        self._keep(connection)
        error = connection.wait_until_ended(lambda: self._keep(connection))
        self._connection = None
        self._deliver(Disconnected(str(error)))
        lasted = monotonic() - started
        if lasted < _STABLE and isinstance(error, HungUpError):
            # So does Mosquitto with a client whose id comes a second time.
            msg = (
                f"{error} after {lasted:.0f} s. If this repeats, another client may use the id "
                f"{self._client_id}; give each node a node.id of its own"
            )
            error = LinkError(msg)
        return lasted, error

    def _keep(self, connection: Connection) -> None:
        self._heartbeat.begin(f"keeping {connection}", _TURN_LIMIT)

    def _connect(self) -> Connection:
        try:
            connection = negotiate(self._settings, self._spoken, self._attempt)
        except ProtocolRefusedError:
            self._spoken = None
            raise
        self._spoken = connection.version
        return connection

    def _attempt(self, version: str, patience: float) -> Connection:
        return Connection(
            self._settings,
            self._client_id,
            version,
            patience,
            will=Will(self._topics.status, OFFLINE),
            on_message=self._message,
            on_answer=self._answer,
        )

    def _complain(self, error: LinkError, delay: float) -> None:
        """Log why there is no connection: once, not at each attempt."""
        level = logging.ERROR if error.patient else logging.WARNING
        level = logging.DEBUG if str(error) == self._said else level
        self._said = str(error)
        _LOG.log(level, "MQTT: %s (next attempt in %.1f s)", error, delay)

    # These run on paho's thread, which an exception would end.

    def _message(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        key = self._topics.command_key(topic)
        if topic == BIRTH_TOPIC and payload == ONLINE.encode() and not retained:
            self._expect_birth()
        elif topic == self._topics.newest_version:
            self._deliver(NewestVersion(payload))
        elif key is not None and retained:
            _LOG.warning(
                "The command on %s is ignored: it was published retained, and would come again at "
                "each connection; publish it without retain",
                topic,
            )
        elif key is not None:
            self._deliver(Command(key, payload))

    def _answer(self, number: int, refusal: str | None) -> None:
        if refusal is None:
            self._deliver(Delivered(number))
            return
        # Once a connection: it concerns every message on a topic.
        level = logging.DEBUG if self._refusal_said else logging.ERROR
        self._refusal_said = True
        _LOG.log(level, "The broker threw a message away (%s); %s", refusal, self._remedy(refusal))
        self._deliver(Refused(number, refusal))

    def _remedy(self, refusal: str) -> str:
        if refusal == TOO_LONG:
            return "raise its limit for packets (Mosquitto: max_packet_size) to 65536 or more"
        topics = self._topics
        return (
            "allow mqtt.username in its ACL to write "
            f"{topics.discovery} and {topics.base}/{topics.node}/#"
        )

    def _expect_birth(self) -> None:
        if self._birth is None or not self._birth.is_alive():
            delay = self._random.uniform(0, _BIRTH_DELAY)
            self._birth = threading.Timer(delay, self._deliver, [Birth()])
            self._birth.name, self._birth.daemon = "mqtt-birth", True
            self._birth.start()

    def _deliver(self, event: LinkEvent) -> None:
        try:
            self._inbox(event)
        except Exception:  # noqa: BLE001 - see above
            _LOG.exception("%s could not be handed on", event)
