"""What the node's loop drives."""

from __future__ import annotations

from dataclasses import dataclass

from device.camera import Camera
from device.entity import Entity
from device.led import StatusLed
from device.memory import Memory
from device.mqtt.announcer import Announcer
from device.mqtt.courier import Courier
from device.mqtt.link import Link
from device.observer import Observer
from device.settings import SettingsStore
from device.supervision.starts import StartLog
from device.supervision.watch import Watch
from device.triggers import Triggers
from device.updates.watcher import Updates


@dataclass(frozen=True, slots=True)
class Parts:
    """What the agent drives; tests hand in others."""

    camera: Camera
    observer: Observer
    triggers: Triggers
    led: StatusLed
    link: Link
    announcer: Announcer
    courier: Courier
    settings: SettingsStore
    state: Memory
    table: tuple[Entity, ...]
    model: str
    watch: Watch
    starts: StartLog
    is_safe_mode: bool
    updates: Updates
