"""What arrives from the pins: triggers and levels."""

from __future__ import annotations

from queue import Empty

from device.config import ButtonSettings, MotionSettings, TriggerSettings
from device.observation import MotionLevel, Source, Trigger
from tests.triggers.conftest import Waiting

PATIENCE = 5.0  # seconds, for what must come
SILENCE = 0.1  # seconds, for what must not

BUTTON = TriggerSettings(button=ButtonSettings(pin=17, debounce=0.01))
MOTION = TriggerSettings(motion=MotionSettings(pin=27))


def sources(waiting: Waiting, timeout: float = PATIENCE) -> Source | None:
    """Return what triggered, or None when nothing did; levels are passed over."""
    try:
        while True:
            report = waiting.get(timeout=timeout)
            if isinstance(report, Trigger):
                return report.source
    except Empty:
        return None


def level(waiting: Waiting, timeout: float = PATIENCE) -> bool | None:
    """Return the next level of the motion sensor, or None when none is reported; triggers are passed over."""
    try:
        while True:
            report = waiting.get(timeout=timeout)
            if isinstance(report, MotionLevel):
                return report.is_active
    except Empty:
        return None
