"""The rows of the button and of the motion sensor themselves, whatever the camera does."""

from __future__ import annotations

from collections.abc import Callable

from device.entities.documents import MOTION, PRESSED
from device.entities.kinds import BinarySensor, Event, Json, Row
from device.entities.requirements import DOORBELL, MOTION_SENSOR, PLAIN_BUTTON
from device.observation import Source, Trigger


def _pressed(kind: str) -> Callable[[Trigger], tuple[str, ...]]:
    """Return what reads whether the button was pressed, under the name that Home Assistant expects."""
    return lambda trigger: (kind,) if trigger.source is Source.BUTTON else ()


def _when(trigger: Trigger) -> dict[str, Json]:
    """Return the time under which the observation that follows has it too."""
    return {"triggered_at": trigger.at.isoformat(timespec="milliseconds")}


PINS: tuple[Row, ...] = (
    Event(
        document=PRESSED,
        key="doorbell",
        name="Doorbell",
        meaning="Rings at once, whenever the button on the node is pressed.",
        device_class="doorbell",
        requires=DOORBELL,
        types=("ring",),
        read=_pressed("ring"),
        describe=_when,
    ),
    Event(
        document=PRESSED,
        key="button",
        name="Button",
        meaning="Fires at once, whenever the button on the node is pressed.",
        device_class="button",
        requires=PLAIN_BUTTON,
        types=("press",),
        read=_pressed("press"),
        describe=_when,
    ),
    BinarySensor(
        document=MOTION,
        key="motion",
        name="Motion",
        meaning="What the motion sensor says, whether or not motion starts a capture.",
        device_class="motion",
        requires=MOTION_SENSOR,
        read=lambda level: level.is_active,
    ),
)
