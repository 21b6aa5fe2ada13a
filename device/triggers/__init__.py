"""Button and motion sensor: each hands on a Trigger, and does nothing else."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from device.errors import PinError
from device.gpio.pins import Factory, InputPin, default_factory
from device.observation import Trigger
from device.triggers.listener import Triggers, pin_requests

if TYPE_CHECKING:
    from device.config import TriggerSettings

__all__ = ["Triggers", "open_triggers", "probe"]


def open_triggers(
    settings: TriggerSettings,
    put: Callable[[Trigger], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    factory: Callable[[], Factory] = default_factory,
    jitter: Callable[[], float] = random.random,
) -> Triggers:
    """Watch the configured pins. It never raises: a pin that cannot be had is among the faults.

    Args:
        settings: the section `triggers` of the configuration.
        put: takes each trigger, on a thread of its own; it must not block.
        clock: monotonic, in seconds.
        factory: returns gpiozero's pin factory; called only if a pin is configured.
        jitter: draws 0..1, for the back-off.
    """
    return Triggers(settings, put, clock=clock, factory=factory, jitter=jitter)


def probe(
    settings: TriggerSettings, *, factory: Callable[[], Factory] = default_factory
) -> list[str]:
    """Claim each configured pin and give it back; return what is wrong, one text for each fault."""
    faults: list[str] = []
    for request in pin_requests(settings):
        try:
            InputPin(
                request.name,
                request.pin,
                pull=request.pull,
                active_low=request.active_low,
                factory=factory(),
                changed=lambda _: None,
            ).close()
        except PinError as error:
            faults.append(str(error))
    return faults
