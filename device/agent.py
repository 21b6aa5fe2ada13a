"""The node itself: the only module that knows all the others, wires them and runs the loop."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from device import __version__
from device.camera import Camera, open_camera
from device.classify import open_perception
from device.config import Config
from device.entities import entities
from device.entity import OFF, ON, Document, Entity
from device.errors import FacetError
from device.health import cpu_temperature, machine
from device.inbox import Inbox, Letter, Stop
from device.memory import Memory
from device.mqtt.announcer import Announcer
from device.mqtt.commands import CommandError, find_command, parse_command, parse_version
from device.mqtt.courier import Courier
from device.mqtt.discovery import compact
from device.mqtt.events import (
    Birth,
    Command,
    Connected,
    Delivered,
    Disconnected,
    NewestVersion,
    Refused,
)
from device.mqtt.link import Link
from device.mqtt.outbox import Outbox
from device.mqtt.topics import Topics
from device.observation import Source, Trigger
from device.observer import Observer
from device.perception.bundle import Bundle
from device.settings import Settings, SettingsStore
from device.showcase import Showcase
from device.snapshot import render
from device.state import blank_state, event_document, state_document
from device.triggers import Triggers, open_triggers

_LOG = logging.getLogger(__name__)

# Seconds. The camera's and the pins' recovery are looked after this often; presses and messages do not wait for it.
_TICK = 1.0
# Seconds between two readings of the temperature, which would otherwise be news every second.
_TEMPERATURE_INTERVAL = 60.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the agent drives; tests hand in others."""

    camera: Camera
    observer: Observer
    triggers: Triggers
    link: Link
    announcer: Announcer
    courier: Courier
    outbox: Outbox
    settings: SettingsStore
    state: Memory
    table: tuple[Entity, ...]
    bundle: Bundle


class Agent:
    """Takes one letter after the other out of the inbox, and looks after what recovers by itself."""

    def __init__(self, config: Config, parts: Parts, inbox: Inbox) -> None:
        self._hidden = frozenset(config.attributes.disabled)
        self._parts = parts
        self._inbox = inbox
        self._settings = parts.settings.load()
        self._state = blank_state(parts.table, parts.state.load())
        self._coalesced = 0
        self._newest_version = __version__
        self._burst_ended = float("-inf")
        self._temperature: float | None = None
        self._next_temperature = float("-inf")
        self._diagnostics: dict[str, Any] = {}
        self._showcase = Showcase(parts.announcer.picture, config.privacy.picture_expiry)
        self._running = True
        self._apply(self._settings)

    def run(self) -> None:
        """Work until a Stop comes."""
        self._parts.link.start()
        while self._running:
            letter = self._inbox.get(_TICK)
            if letter is not None:
                self._handle(letter)
            self._tick(monotonic())

    def _handle(self, letter: Letter) -> None:
        match letter.content:
            case Trigger() as trigger:
                self._trigger(trigger)
            case Command(key, payload):
                self._command(key, payload, letter)
            case Connected():
                self._announce()
                self._parts.courier.resume()
            case Birth():
                _LOG.info("Home Assistant has started; announcing the node again")
                self._announce()
            case Disconnected():
                self._parts.courier.pause()
            case Delivered(number):
                self._parts.announcer.delivered(number)
                self._parts.courier.delivered(number)
            case Refused(number):
                self._parts.courier.refused(number)
            case NewestVersion(payload):
                self._hear_of_version(payload)
            case Stop():
                self._running = False

    def _tick(self, now: float) -> None:
        if not self._settings.privacy and self._parts.camera.tick(now):
            self._publish_camera()
        self._parts.triggers.retry()
        self._showcase.tick(now)
        if now >= self._next_temperature:
            self._next_temperature = now + _TEMPERATURE_INTERVAL
            self._temperature = cpu_temperature()
        diagnostics = self._diagnose()
        if diagnostics != self._diagnostics:
            self._diagnostics = diagnostics
            self._parts.announcer.document(Document.DIAGNOSTICS, diagnostics)

    def _trigger(self, trigger: Trigger) -> None:
        if trigger.monotonic < self._burst_ended:
            self._coalesced += 1
            _LOG.info(
                "The trigger by %s came during a burst, which has answered it (%d so far)",
                trigger.source,
                self._coalesced,
            )
            return
        was_available = self._parts.camera.available
        look = self._parts.observer.observe(
            trigger,
            privacy=self._settings.privacy,
            threshold_offset=self._settings.threshold_offset,
        )
        observation = look.observation
        self._burst_ended = monotonic()
        now = datetime.now(UTC)
        event = event_document(observation, now, self._hidden)
        self._parts.courier.send(observation.event_id, compact(event))
        self._state = state_document(observation, now, self._parts.table, self._state)
        if self._parts.camera.available is not was_available:
            self._publish_camera()
        self._parts.announcer.document(Document.STATE, self._state)
        if look.image is not None and self._settings.picture_mode != "off":
            face = observation.primary.box if observation.primary else None
            picture = render(look.image, face, self._settings.picture_mode)
            self._showcase.put(picture, monotonic())
        self._parts.state.save(self._state)

    def _command(self, key: str, payload: bytes, letter: Letter) -> None:
        try:
            entity = find_command(self._parts.table, key)
            value = parse_command(entity, payload)
        except CommandError as error:
            _LOG.warning("%s", error)
        else:
            if value is None:
                self._trigger(Trigger(Source.COMMAND, letter.at, letter.monotonic))
                return
            self._set(entity.key, value)
        # After a refused command too: Home Assistant shows what it asked for until it hears the truth.
        self._parts.announcer.document(Document.SETTINGS, self._settings.document())

    def _hear_of_version(self, payload: bytes) -> None:
        # An empty message takes back what was retained.
        try:
            self._newest_version = parse_version(payload) if payload else __version__
        except CommandError as error:
            _LOG.warning("%s", error)

    def _set(self, key: str, value: float | str) -> None:
        before = self._settings
        self._settings = before.changed(key, value)
        if self._settings == before:
            return
        _LOG.info("%s is set from %s to %s", key, getattr(before, key), value)
        self._parts.settings.save(self._settings)
        self._apply(self._settings)
        if self._settings.privacy is not before.privacy:
            self._publish_camera()
        if key in {"privacy", "picture_mode"}:
            self._showcase.clear()

    def _apply(self, settings: Settings) -> None:
        self._parts.triggers.motion_armed = settings.motion_trigger
        self._parts.triggers.motion_cool_down = settings.motion_cool_down
        if settings.privacy:
            self._parts.camera.release()
            self._parts.observer.forget()
        else:
            self._parts.camera.resume()

    def _announce(self) -> None:
        documents = {
            Document.STATE: self._state,
            Document.SETTINGS: self._settings.document(),
            Document.DIAGNOSTICS: self._diagnose(),
        }
        self._parts.announcer.announce(documents, camera_online=self._camera_is_online)
        self._showcase.repeat()

    def _publish_camera(self) -> None:
        self._parts.announcer.camera(online=self._camera_is_online)

    @property
    def _camera_is_online(self) -> bool:
        return self._parts.camera.available and not self._settings.privacy

    def _diagnose(self) -> dict[str, Any]:
        bundle = self._parts.bundle
        return {
            "camera_problem": ON if self._parts.camera.fault else OFF,
            "cpu_temperature": self._temperature,
            "model": f"{bundle.name} {bundle.version}",
            "version": __version__,
            "software": {"installed_version": __version__, "latest_version": self._newest_version},
            "queue_length": len(self._parts.outbox),
            "coalesced_presses": self._coalesced,
        }


def run_node(config: Config, inbox: Inbox) -> None:
    """Run a node until a Stop is put into its inbox.

    Raises:
        FacetError: a model cannot be loaded, or the state directory not be used.
    """
    with ExitStack() as stack:
        Agent(config, _assemble(config, inbox, stack), inbox).run()


def _assemble(config: Config, inbox: Inbox, stack: ExitStack) -> Parts:
    perception = open_perception(config.perception, config.attributes.model)
    table = entities(config, [label.name for label in perception.bundle.labels])
    directory = _state_directory(config)
    camera = stack.enter_context(open_camera(config.camera))
    outbox = Outbox(directory / "outbox.sqlite")
    stack.callback(outbox.close)
    link = Link(config.mqtt, config.node.id, inbox.put)
    stack.callback(link.stop)
    triggers = open_triggers(config.triggers, inbox.put)
    stack.callback(triggers.close)
    topic = Topics.of(config).document(Document.EVENT)
    return Parts(
        camera=camera,
        observer=Observer(
            config.node.id,
            camera,
            perception,
            burst=config.triggers.burst,
            hysteresis=config.attributes.hysteresis,
        ),
        triggers=triggers,
        link=link,
        announcer=Announcer(link, config, table, Memory(directory / "announced.json"), machine()),
        courier=Courier(link, topic, outbox),
        outbox=outbox,
        settings=SettingsStore(Memory(directory / "settings.json"), Settings.configured(config)),
        state=Memory(directory / "state.json"),
        table=table,
        bundle=perception.bundle,
    )


def _state_directory(config: Config) -> Path:
    directory = config.node.effective_state_directory
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"node.state_directory {directory} cannot be made: {error.strerror}; choose a folder you may write to"
        raise FacetError(msg) from error
    return directory
