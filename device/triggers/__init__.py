"""Button and motion sensor: each passes on a Trigger, the sensor also its level, and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from device.errors import PinError
from device.gpio.pins import Factory, claim_input, default_factory
from device.triggers.listener import PinReport, Triggers, pin_requests

if TYPE_CHECKING:
    from device.config import TriggerSettings

__all__ = ["PinReport", "Triggers", "pin_requests", "probe"]


def probe(
    settings: TriggerSettings, *, factory: Callable[[], Factory] = default_factory
) -> list[str]:
    """Claim each configured pin and give it back; return what is wrong, one text for each fault."""
    faults: list[str] = []
    for request in pin_requests(settings):
        try:
            claim_input(
                request.name,
                request.pin,
                pull=request.pull,
                is_active_low=request.is_active_low,
                factory=factory(),
                changed=lambda _: None,
            ).close()
        except PinError as error:
            faults.append(str(error))
    return faults
