"""The rows that show what was seen, and the result of the newest trigger."""

from __future__ import annotations

from dataclasses import replace

from device.entities.device_triggers import SourceTrigger
from device.entities.documents import EVENT, STATE
from device.entities.kinds import (
    OFF,
    BinarySensor,
    Category,
    Event,
    Image,
    Row,
    Sensor,
)
from device.entities.outcome import EventType, event_type
from device.entities.requirements import BUTTON, PICTURES
from device.entities.vocabulary import Vocabulary
from device.entities.words import FACIAL_HAIR, HAIR_COLOR, LAST_RESULT
from device.observation import Observation, Reason, Source

_WHAT_WAS_SEEN: tuple[Row, ...] = (
    Event(
        document=EVENT,
        key="observation",
        name="Observation",
        meaning="Fires once for every trigger, with all that was seen.",
        icon="mdi:face-recognition",
        is_essential=True,
        types=tuple(EventType),
        read=lambda observation: (event_type(observation).value,),
        describe=Observation.to_json,
    ),
    BinarySensor(
        document=STATE,
        key="face_present",
        name="Face present",
        meaning="A face was seen at the last capture, even one that is too small or too dark to judge.",
        icon="mdi:face-recognition",
        device_class="occupancy",
        is_essential=True,
        needs_camera=True,
        when_ended=OFF,
        read=lambda outcome: outcome.observation.reason is not Reason.NO_FACE,
    ),
    Sensor(
        document=STATE,
        key="face_count",
        name="Face count",
        meaning="How many faces were seen at the last capture.",
        icon="mdi:account-multiple-outline",
        needs_camera=True,
        when_ended=0,
        is_count=True,
        read=lambda outcome: outcome.observation.face_count,
    ),
)

HAIR_COLOR_ROW = Sensor(
    document=STATE,
    key="hair_color",
    name="Hair color",
    meaning="The primary face's hair color; unknown if the network cannot decide.",
    icon="mdi:palette",
    device_class="enum",
    is_essential=True,
    needs_camera=True,
    read=lambda outcome: outcome.face.hair_color if outcome.face else None,
    words=HAIR_COLOR,
)

FACIAL_HAIR_ROW = Sensor(
    document=STATE,
    key="facial_hair",
    name="Facial hair",
    meaning="The primary face's facial hair; unknown if the network cannot decide.",
    icon="mdi:mustache",
    device_class="enum",
    is_essential=True,
    needs_camera=True,
    read=lambda outcome: outcome.face.facial_hair if outcome.face else None,
    words=FACIAL_HAIR,
)

_PICTURE = Image(
    key="picture",
    name="Picture",
    meaning="The picture of the newest capture, as far as it may leave the node; unavailable after a while.",
    icon="mdi:image-outline",
    needs_camera=True,
    requires=PICTURES,
)

RESULTS: tuple[Row, ...] = (
    Sensor(
        document=STATE,
        key="last_result",
        name="Last result",
        meaning=(
            "The result of the newest trigger: a face, or the reason why there is none. Its attribute `text` says it "
            "in words."
        ),
        icon="mdi:clipboard-text-outline",
        category=Category.DIAGNOSTIC,
        device_class="enum",
        options=(EventType.FACE, *Reason),
        read=lambda outcome: (outcome.observation.reason or EventType.FACE).value,
        words=LAST_RESULT,
    ),
    Sensor(
        document=STATE,
        key="last_capture",
        name="Last capture",
        meaning="When the camera last took a picture for an observation.",
        icon="mdi:camera-timer",
        category=Category.DIAGNOSTIC,
        device_class="timestamp",
        read=lambda outcome: outcome.captured_at,
    ),
    Sensor(
        document=STATE,
        key="latency",
        name="Latency",
        meaning="From the newest trigger to its observation, ready to be published.",
        icon="mdi:timer-outline",
        category=Category.DIAGNOSTIC,
        device_class="duration",
        unit="ms",
        state_class="measurement",
        precision=0,
        read=lambda outcome: outcome.latency_ms,
    ),
)

BUTTON_PRESSED = SourceTrigger(
    key="button_pressed",
    name="button",
    meaning="Fires when the button on the node was pressed.",
    is_essential=True,
    source=Source.BUTTON,
    requires=BUTTON,
)


def observation_rows(vocabulary: Vocabulary) -> tuple[Row, ...]:
    """Return the rows of what was seen, without the attributes."""
    return (
        *_WHAT_WAS_SEEN,
        replace(HAIR_COLOR_ROW, options=vocabulary.hair_colors),
        replace(FACIAL_HAIR_ROW, options=vocabulary.facial_hair),
        _PICTURE,
    )
