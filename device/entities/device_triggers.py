"""The rows of device triggers: no entities, but discovered like them, and offered by the editor of automations."""

from __future__ import annotations

from dataclasses import dataclass

from device.entities.kinds import Platform, Row
from device.observation import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTrigger(Row):
    """A device trigger that fires when any face of an observation has an attribute.

    Attributes:
        attribute: the attribute network's label.
    """

    platform = Platform.DEVICE_TRIGGER

    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTrigger(Row):
    """A device trigger that fires when an observation was asked for in some way.

    Attributes:
        source: what asked.
    """

    platform = Platform.DEVICE_TRIGGER

    source: Source
