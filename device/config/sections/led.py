"""The section `led`."""

from __future__ import annotations

from pydantic import Field

from device.config.sections.fields import Pin
from device.config.sections.section import Section


class LedSettings(Section):
    """A status LED, with its resistor, between a GPIO pin and ground or 3.3 V."""

    pin: Pin = Field(title="Pin", description="The GPIO pin: its BCM number, or its name.")
    active_high: bool = Field(
        True,
        title="Active high",
        description="Whether a high level lights the LED; false if it is connected between 3.3 V and the pin.",
    )
