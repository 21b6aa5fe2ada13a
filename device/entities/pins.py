"""The rows of the button and of the motion sensor themselves, whatever the camera does."""

from __future__ import annotations

from typing_extensions import TypedDict

from device.config.sections.triggers import ButtonKind
from device.entities.documents import MOTION, PRESSED
from device.entities.kinds import BinarySensor, Event, Row
from device.entities.requirements import MOTION_SENSOR, button_shown_as
from device.observation import Source, Time, Trigger, iso_time


class PressedJson(TypedDict):
    """When the button was pressed: the observation that follows has the same."""

    triggered_at: Time


def _described(trigger: Trigger) -> PressedJson:
    return {"triggered_at": iso_time(trigger.at)}


def _button(kind: ButtonKind, name: str, event: str, meaning: str) -> Event[Trigger]:
    """Return the row of the button on the node.

    Args:
        kind: the row's key, and Home Assistant's device class.
        name: see Row, as for meaning.
        event: the type that Home Assistant expects of this class.
        meaning: one sentence.
    """
    return Event(
        document=PRESSED,
        key=kind,
        name=name,
        meaning=meaning,
        device_class=kind,
        requires=button_shown_as(kind),
        types=(event,),
        read=lambda trigger: (event,) if trigger.source is Source.BUTTON else (),
        describe=_described,
    )


PINS: tuple[Row, ...] = (
    _button(
        "doorbell", "Doorbell", "ring", "Rings at once, whenever the button on the node is pressed."
    ),
    _button(
        "button", "Button", "press", "Fires at once, whenever the button on the node is pressed."
    ),
    BinarySensor(
        document=MOTION,
        key="motion",
        name="Motion",
        meaning="The level of the motion sensor, whether or not motion starts a capture.",
        device_class="motion",
        requires=MOTION_SENSOR,
        read=lambda level: level.is_active,
    ),
)
