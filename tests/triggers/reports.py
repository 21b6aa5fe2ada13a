"""What arrives from the pins: triggers and levels."""

from __future__ import annotations

from queue import Empty
from typing import TypeVar

from device.config import ButtonSettings, MotionSettings, TriggerSettings
from device.observation import MotionLevel, Source, Trigger
from tests.triggers.conftest import Waiting

Report = TypeVar("Report", Trigger, MotionLevel)

PATIENCE = 30.0  # seconds, for what must come
SILENCE = 0.1  # seconds, for what must not

BUTTON = TriggerSettings(button=ButtonSettings(pin=17, debounce=0.01))
MOTION = TriggerSettings(motion=MotionSettings(pin=27))


def sources(waiting: Waiting, timeout: float = PATIENCE) -> Source | None:
    """Return what triggered, or None when nothing did; levels are passed over."""
    trigger = _next(waiting, Trigger, timeout)
    return trigger.source if trigger else None


def level(waiting: Waiting, timeout: float = PATIENCE) -> bool | None:
    """Return the next level of the motion sensor, or None when none is reported; triggers are passed over."""
    found = _next(waiting, MotionLevel, timeout)
    return found.is_active if found else None


def _next(waiting: Waiting, kind: type[Report], timeout: float) -> Report | None:
    try:
        while True:
            report = waiting.get(timeout=timeout)
            if isinstance(report, kind):
                return report
    except Empty:
        return None
