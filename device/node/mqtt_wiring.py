"""What carries everything between the node and Home Assistant, wired together."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from device.config import Config
from device.discovery.announced import Announced
from device.discovery.people_devices import PeopleDevices
from device.discovery.presence import Presence
from device.discovery.publisher import Publisher
from device.entities.documents import EVENT, EVENTS
from device.entities.kinds import Row
from device.mqtt.interests import Also
from device.mqtt.link import Link
from device.mqtt.paced_sender import PacedSender
from device.mqtt.sender import OutboxSender
from device.mqtt.topics import Topics
from device.node.expiring_state import ExpiringState
from device.node.gate import Gate
from device.node.mqtt_sink import MqttSink
from device.node.state_directory import ANNOUNCED, FAREWELLS, PEOPLE_DEVICES, open_outbox
from device.supervision.heartbeat import Heartbeat
from device.system.clock import Clocks
from device.system.json_store import JsonStore
from device.system.machine import machine, serial_number


@dataclass(frozen=True, slots=True)
class Mqtt:
    """What the node needs of MQTT.

    Attributes:
        link: with the broker; not started yet.
        sender: of the events that wait.
        sink: through which everything goes.
    """

    link: Link
    sender: OutboxSender
    sink: MqttSink


def open_mqtt(
    config: Config,
    table: tuple[Row, ...],
    directory: Path,
    gate: Gate,
    heartbeat: Heartbeat,
    state: ExpiringState,
    stack: ExitStack,
    *,
    clocks: Clocks,
) -> Mqtt:
    """Wire what the node needs of MQTT.

    Args:
        config: the node's.
        table: its rows.
        directory: where the outbox and what was announced are kept.
        gate: takes what the link reports.
        heartbeat: the link's.
        state: the state document.
        stack: flushes and closes the outbox at its end.
        clocks: what tells the time.
    """
    outbox = stack.enter_context(open_outbox(directory))
    announced = Announced(
        JsonStore(directory / ANNOUNCED, has_checksums=False),
        JsonStore(directory / FAREWELLS),
        serial_number(),
    )
    link = Link(
        config.mqtt,
        config.node.id,
        gate.put,
        heartbeat,
        also_reads=_also_read(config, announced),
    )
    publisher = Publisher(link, config, table, announced, machine)
    topics = Topics.of(config)
    sender = OutboxSender(link, topics.document(EVENT), outbox, clocks.read)
    # The clock may have been set since the last start.
    sender.follow_clock()
    stack.callback(sender.flush)
    presence = Presence(config.mqtt.wait_for_home_assistant)
    moments = {
        document: PacedSender(link, topics.document(document), clocks.monotonic)
        for document in EVENTS
        if document is not EVENT
    }
    people = PeopleDevices(
        link,
        topics,
        config.node,
        JsonStore(directory / PEOPLE_DEVICES),
        clocks.monotonic,
        is_shared=config.people.share_key is not None,
    )
    sink = MqttSink(
        publisher,
        sender,
        presence,
        moments,
        people,
        table=table,
        state=state,
        clocks=clocks,
    )
    return Mqtt(link, sender, sink)


def _also_read(config: Config, announced: Announced) -> Also:
    # A node that has kept what it announced need not ask.
    own = Also.NOTHING if announced.is_complete else Also.OWN_DISCOVERY
    if not config.people.enabled:
        return own
    shared = Also.NOTHING if config.people.share_key is None else Also.SEALED_PEOPLE
    return own | Also.FORGOTTEN_PEOPLE | shared
