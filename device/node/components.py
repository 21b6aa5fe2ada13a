"""What the node's loop drives."""

from __future__ import annotations

from dataclasses import dataclass

from device.camera import Camera
from device.discovery.publisher import Publisher
from device.entities.kinds import Row
from device.entities.settings import SettingsStore
from device.gpio.led import StatusLed
from device.mqtt.link import Link
from device.mqtt.sender import OutboxSender
from device.node.observer import Observer
from device.supervision.boot_log import BootLog
from device.supervision.heartbeats import Heartbeats
from device.system.json_store import JsonStore
from device.triggers import Triggers
from device.updates.node.checker import Updates


@dataclass(frozen=True, slots=True)
class Parts:
    """What the agent drives; tests hand in others."""

    camera: Camera
    observer: Observer
    triggers: Triggers
    led: StatusLed
    link: Link
    publisher: Publisher
    sender: OutboxSender
    settings: SettingsStore
    state: JsonStore
    table: tuple[Row, ...]
    model: str
    watch: Heartbeats
    starts: BootLog
    is_safe_mode: bool
    updates: Updates
