"""The node's loop: takes what comes, asks the parts, and tells Home Assistant."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from enum import Enum, auto
from time import monotonic
from typing import Any

from device import __version__
from device.config import Config
from device.discovery.payload import compact
from device.entities.commands import find_command, parse_command, parse_version
from device.entities.condition import Condition
from device.entities.kinds import Document
from device.entities.settings import Settings
from device.entities.state import blank_state, event_document, state_document
from device.errors import CommandError
from device.gpio.led_patterns import choose_status
from device.mqtt.events import (
    Birth,
    Command,
    Connected,
    Delivered,
    Disconnected,
    NewestVersion,
    Refused,
)
from device.mqtt.outbox import Event
from device.node.components import Parts
from device.node.expiring_picture import ExpiringPicture
from device.node.inbox import Inbox, Message, Stop
from device.node.picture import render
from device.observation import Source, Trigger, utc_now
from device.system.machine import cpu_temperature
from device.updates.artifact import Kind

_LOG = logging.getLogger(__name__)

# Seconds. The camera's and the pins' recovery are looked after this often; presses and messages do not wait for it.
_TICK = 1.0
# Seconds for an answer, the slowest on the slowest board included: a stream that is given up takes ten, a burst of
# five frames with ten faces on a Pi Zero 2 W half a minute. Beyond that something hangs.
_PATIENCE = 120.0
# Seconds. A node that ran for so long, or has answered a trigger with a picture before, has started.
_SETTLED_AFTER = 60.0
# Beside the saved state: which observation it follows from.
_EVENT_ID = "event_id"
# Seconds between two readings of the temperature, which would otherwise be news every second.
_TEMPERATURE_INTERVAL = 60.0
# What each update entity installs.
_INSTALLS = {"software": Kind.SOFTWARE, "attribute_network": Kind.MODEL}


class End(Enum):
    """How the loop ended: the process should end as well, or the node start anew."""

    STOP = auto()
    RESTART = auto()


class Agent:
    """Takes one message after the other out of the inbox, and looks after what recovers by itself."""

    def __init__(self, config: Config, parts: Parts, inbox: Inbox) -> None:
        self._hidden = frozenset(config.attributes.disabled)
        self._parts = parts
        self._inbox = inbox
        self._settings = parts.settings.load()
        self._state = blank_state(parts.table, _last_state(parts))
        self._coalesced = 0
        self._owes_settings = False
        self._newest_version = __version__
        self._burst_ended = float("-inf")
        self._temperature: float | None = None
        self._next_temperature = float("-inf")
        self._diagnostics: dict[str, Any] = {}
        self._end: End | None = None
        self._settles_at = monotonic() + _SETTLED_AFTER
        self._expiring_picture = ExpiringPicture(
            parts.publisher.picture, config.privacy.picture_expiry
        )
        self._apply(self._settings)

    def run(self) -> End:
        """Work until a Stop comes, or the wish to start anew."""
        watch = self._parts.watch
        self._parts.link.start()
        self._parts.updates.start()
        while self._end is None:
            watch.worker.begin("waiting", _TICK + _PATIENCE)
            message = self._inbox.get(_TICK)
            if message is not None:
                watch.worker.begin(
                    f"answering a {type(message.content).__name__.lower()}", _PATIENCE
                )
                self._handle(message)
            watch.worker.begin("looking after camera and pins", _PATIENCE)
            self._tick(monotonic())
            watch.progress()
        return self._end

    def _handle(self, message: Message) -> None:
        match message.content:
            case Trigger() as trigger:
                self._trigger(trigger)
            case Command(key, payload):
                self._command(key, payload, message)
            case Connected():
                self._announce()
                self._parts.sender.resume()
            case Birth():
                _LOG.info("Home Assistant has started; announcing the node again")
                self._announce()
            case Disconnected():
                self._parts.sender.pause()
            case Delivered(number):
                self._parts.publisher.delivered(number)
                self._parts.sender.delivered(number)
            case Refused(number):
                self._parts.sender.refused(number)
            case NewestVersion(payload):
                self._hear_of_version(payload)
            case Stop():
                self._end = End.STOP

    def _tick(self, now: float) -> None:
        if not self._settings.privacy and self._parts.camera.tick(now):
            self._publish_camera()
        self._parts.triggers.retry()
        self._parts.led.retry()
        self._show_status()
        if self._owes_settings and self._inbox.is_empty:
            # One answer to a flood of commands: what is published waits in memory until the broker takes it.
            self._owes_settings = False
            self._parts.publisher.document(Document.SETTINGS, self._settings.document())
        if now >= self._settles_at:
            self._settled()
        self._expiring_picture.tick(now)
        if now >= self._next_temperature:
            self._next_temperature = now + _TEMPERATURE_INTERVAL
            self._temperature = cpu_temperature()
        diagnostics = self._diagnose()
        if diagnostics != self._diagnostics:
            self._diagnostics = diagnostics
            self._parts.publisher.document(Document.DIAGNOSTICS, diagnostics)

    def _trigger(self, trigger: Trigger) -> None:
        if trigger.monotonic < self._burst_ended:
            self._coalesced += 1
            _LOG.info(
                "The trigger by %s came during a burst, which has answered it (%d so far)",
                trigger.source,
                self._coalesced,
            )
            return
        self._show_status(is_busy=True)
        was_available = self._parts.camera.available
        look = self._parts.observer.observe(
            trigger,
            privacy=self._settings.privacy,
            threshold_offset=self._settings.threshold_offset,
        )
        observation = look.observation
        self._burst_ended = monotonic()
        now = utc_now()
        self._state = state_document(observation, now, self._parts.table, self._state)
        event = Event(
            observation.event_id,
            observation.triggered_at,
            compact(event_document(observation, self._hidden)),
            compact(self._state),
        )
        self._parts.sender.send(event)
        if self._parts.camera.available is not was_available:
            self._publish_camera()
        self._parts.publisher.document(Document.STATE, self._state)
        if look.image is not None and self._settings.picture_mode != "off":
            face = observation.primary.box if observation.primary else None
            picture = render(look.image, face, self._settings.picture_mode)
            self._expiring_picture.put(picture, monotonic())
        self._parts.state.save(self._state | {_EVENT_ID: observation.event_id})
        if observation.captured_at is not None:
            self._settled()

    def _command(self, key: str, payload: bytes, message: Message) -> None:
        try:
            entity = find_command(self._parts.table, key)
            value = parse_command(entity, payload)
        except CommandError as error:
            _LOG.warning("%s", error)
        else:
            if value is not None:
                self._set(entity.key, value)
            elif entity.key == "restart":
                self._restart()
                return
            elif entity.key in _INSTALLS:
                self._parts.updates.install(_INSTALLS[entity.key])
                return
            else:
                self._trigger(Trigger(Source.COMMAND, message.at, message.monotonic))
                return
        # After a refused command too: Home Assistant shows what it asked for until it hears the truth.
        self._owes_settings = True

    def _restart(self) -> None:
        _LOG.info("Starting anew, because Home Assistant's button asks for it")
        self._parts.starts.mark_healthy()
        self._end = End.RESTART

    def _settled(self) -> None:
        """The start came to something; safe mode is no such start: only the owner ends it."""
        self._settles_at = float("inf")
        if not self._parts.is_safe_mode:
            self._parts.starts.mark_healthy()

    def _hear_of_version(self, payload: bytes) -> None:
        # An empty message takes back what was retained.
        try:
            self._newest_version = parse_version(payload) if payload else __version__
        except CommandError as error:
            _LOG.warning("%s", error)
        self._parts.updates.check_soon()

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
            self._expiring_picture.clear()

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
        self._parts.publisher.announce(documents, camera_online=self._camera_is_online)
        self._expiring_picture.repeat()

    def _publish_camera(self) -> None:
        self._parts.publisher.camera(online=self._camera_is_online)

    @property
    def _camera_is_online(self) -> bool:
        return self._parts.camera.available and not self._settings.privacy

    def _show_status(self, *, is_busy: bool = False) -> None:
        parts = self._parts
        faults = (
            parts.is_safe_mode,
            parts.camera.fault,
            parts.triggers.faults,
            not parts.link.is_connected,
        )
        parts.led.show(
            choose_status(is_private=self._settings.privacy, is_busy=is_busy, is_faulty=any(faults))
        )

    def _diagnose(self) -> dict[str, Any]:
        parts = self._parts
        return Condition(
            camera_fault=parts.camera.fault,
            is_safe_mode=parts.is_safe_mode,
            last_failure=parts.starts.last_failure,
            cpu_temperature=self._temperature,
            model=parts.model,
            newest_version=self._newest_version,
            news=parts.updates.status,
            queue_length=parts.sender.waiting,
            dropped_events=parts.sender.dropped,
            coalesced_presses=self._coalesced,
        ).document()


def _last_state(parts: Parts) -> Mapping[str, Any]:
    """Return the state before this start: a kill may have come between the newest event and the saving of its state."""
    saved = parts.state.load()
    newest = parts.sender.newest()
    if newest is None or newest.state is None or newest.event_id <= str(saved.get(_EVENT_ID, "")):
        return saved
    committed: dict[str, Any] = json.loads(newest.state)
    # The event leaves the disk once it is delivered, and the next kill may come before the next press.
    parts.state.save(committed | {_EVENT_ID: newest.event_id})
    return committed
