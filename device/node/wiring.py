"""The node's assembly: the only module that knows all the others, and wires them."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from device.camera import Camera, open_camera
from device.config import Config
from device.discovery.publisher import Publisher
from device.entities.documents import EVENT
from device.entities.settings import Settings, SettingsStore
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.errors import FacetError, OutboxError
from device.gpio.led import StatusLed
from device.mqtt.link import Link
from device.mqtt.outbox import IN_MEMORY, Outbox
from device.mqtt.sender import OutboxSender
from device.mqtt.topics import Topics
from device.networks.files import model_path, network_version
from device.node.components import Parts
from device.node.inbox import Inbox
from device.node.loop import Agent, End
from device.node.observer import Observer, Perceive
from device.node.safe_mode import known_vocabulary, no_camera, perceive_nothing
from device.observation import utc_now
from device.perception import open_perception
from device.supervision.boot_log import BootLog
from device.supervision.heartbeats import Heartbeats
from device.system.json_store import JsonStore
from device.system.machine import machine
from device.triggers import Triggers, open_triggers
from device.updates.node.checker import Updates
from device.updates.request import FOLDER

_LOG = logging.getLogger(__name__)

_PRIVATE = 0o700
STARTS = "starts.json"
"""In the state directory: see supervision.starts."""


@dataclass(frozen=True, slots=True)
class _Senses:
    """What may fail on a machine, or hang: in safe mode others take their place."""

    camera: Camera
    perceive: Perceive
    triggers: Triggers
    vocabulary: Vocabulary
    model: str


def run_node(
    config: Config, inbox: Inbox, starts: BootLog, watch: Heartbeats, *, is_safe_mode: bool = False
) -> End:
    """Run a node until a Stop is put into its inbox, or Home Assistant asks for a new start.

    Args:
        config: the node's.
        inbox: where its messages come in.
        starts: is told when this start has come to something.
        watch: hears of the threads' progress.
        is_safe_mode: leave camera, networks and triggers alone: only MQTT, the status LED and diagnostics.

    Raises:
        FacetError: a model cannot be loaded, or the state directory not be used.
    """
    with ExitStack() as stack:
        sense = _safe_senses if is_safe_mode else _senses
        senses = sense(config, inbox, stack)
        parts = _wire(config, inbox, stack, senses, starts, watch, is_safe_mode=is_safe_mode)
        return Agent(config, parts, inbox).run()


def state_directory(config: Config) -> Path:
    """Make the directory in which the node keeps what must survive, for its user alone.

    Raises:
        FacetError: it cannot be made.
    """
    directory = config.node.effective_state_directory
    try:
        directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if directory.stat().st_mode & 0o777 != _PRIVATE:
            directory.chmod(_PRIVATE)
    except OSError as error:
        msg = f"node.state_directory {directory} cannot be made: {error.strerror}; choose a folder you may write to"
        raise FacetError(msg) from error
    return directory


def start_log(config: Config) -> BootLog:
    """Return the memory of how the node's last starts ended.

    Raises:
        FacetError: the state directory cannot be used.
    """
    return BootLog(JsonStore(state_directory(config) / STARTS), utc_now)


def _senses(config: Config, inbox: Inbox, stack: ExitStack) -> _Senses:
    perception = open_perception(config.perception, config.attributes.model)
    card = perception.card
    triggers = open_triggers(config.triggers, inbox.put)
    stack.callback(triggers.close)
    return _Senses(
        stack.enter_context(open_camera(config.camera)),
        perception.perceive,
        triggers,
        Vocabulary.of(card),
        f"{card.name} {card.version}",
    )


def _safe_senses(config: Config, inbox: Inbox, stack: ExitStack) -> _Senses:
    no_pins = config.triggers.model_copy(update={"button": None, "motion": None})
    return _Senses(
        stack.enter_context(no_camera(config.camera)),
        perceive_nothing,
        open_triggers(no_pins, inbox.put),
        known_vocabulary(config.attributes),
        "none, in safe mode",
    )


def _wire(
    config: Config,
    inbox: Inbox,
    stack: ExitStack,
    senses: _Senses,
    starts: BootLog,
    watch: Heartbeats,
    *,
    is_safe_mode: bool,
) -> Parts:
    table = entities(config, senses.vocabulary)
    directory = state_directory(config)
    outbox = _outbox(directory)
    stack.callback(outbox.close)
    # In safe mode too: then above all somebody should see that the node wants its owner.
    led = StatusLed(config.led)
    stack.callback(led.close)
    link = Link(config.mqtt, config.node.id, inbox.put, watch.link)
    stack.callback(link.stop)
    updates = Updates(config.updates, directory / FOLDER, _model(config), watch.updates)
    stack.callback(updates.stop)
    topic = Topics.of(config).document(EVENT)
    return Parts(
        camera=senses.camera,
        observer=Observer(
            config.node.id,
            senses.camera,
            senses.perceive,
            burst=config.triggers.burst,
            aim=config.attributes.thresholds,
            hysteresis=config.attributes.hysteresis,
        ),
        triggers=senses.triggers,
        led=led,
        link=link,
        publisher=Publisher(
            link, config, table, JsonStore(directory / "announced.json"), machine()
        ),
        sender=OutboxSender(link, topic, outbox, utc_now),
        settings=SettingsStore(JsonStore(directory / "settings.json"), Settings.configured(config)),
        state=JsonStore(directory / "state.json"),
        table=table,
        model=senses.model,
        watch=watch,
        starts=starts,
        is_safe_mode=is_safe_mode,
        updates=updates,
    )


def _model(config: Config) -> tuple[str, str] | None:
    """Return name and version of the network that updates concern, if it is not the owner's own."""
    name = config.attributes.model
    return None if name.endswith(".tflite") else (name, str(network_version(model_path(name))))


def _outbox(directory: Path) -> Outbox:
    """Return the outbox on disk; on a disk that is full, read-only or broken, one in memory."""
    try:
        return Outbox.open(directory / "outbox.sqlite")
    except OutboxError as error:
        _LOG.error("%s. Until the next start observations wait for the broker in memory", error)
        return Outbox.open(IN_MEMORY)
