"""The rows of what the facial hair network tells in addition to *Facial hair* itself."""

from __future__ import annotations

from device.entities.documents import STATE
from device.entities.kinds import BinarySensor, Sensor
from device.entities.outcome import Outcome
from device.entities.requirements import FACIAL_HAIR
from device.entities.words import FACIAL_HAIR_LENGTH
from device.networks.card import NO_FACIAL_HAIR
from device.observation import FacialHair, Reason, Told


def _found(outcome: Outcome) -> FacialHair | None:
    return outcome.face.fact(FacialHair) if outcome.face else None


def _is_there(outcome: Outcome, told: Told | None) -> bool | None:
    """Return whether something was told to be there: as for an attribute, False where nobody is."""
    if outcome.observation.reason is Reason.NO_FACE:
        return False
    if told is None or told.answer is None:
        return None
    return told.answer != NO_FACIAL_HAIR


def _length(outcome: Outcome) -> str | None:
    found = _found(outcome)
    return None if found is None else found.length.answer


def _has_mustache(outcome: Outcome) -> bool | None:
    found = _found(outcome)
    return _is_there(outcome, None if found is None else found.mustache)


def _has_sideburns(outcome: Outcome) -> bool | None:
    found = _found(outcome)
    return _is_there(outcome, None if found is None else found.sideburns)


FACIAL_HAIR_DETAILS = (
    Sensor(
        document=STATE,
        key="facial_hair_length",
        name="Facial hair: length",
        meaning="How long the primary face's beard is; unknown if the network cannot decide.",
        icon="mdi:ruler",
        device_class="enum",
        needs_camera=True,
        requires=FACIAL_HAIR,
        options=tuple(FACIAL_HAIR_LENGTH),
        read=_length,
        words=FACIAL_HAIR_LENGTH,
    ),
    BinarySensor(
        document=STATE,
        key="facial_hair_mustache",
        name="Facial hair: mustache",
        meaning="Has a mustache, alone or with a beard; unknown if the network cannot decide.",
        icon="mdi:mustache",
        needs_camera=True,
        requires=FACIAL_HAIR,
        read=_has_mustache,
    ),
    BinarySensor(
        document=STATE,
        key="facial_hair_sideburns",
        name="Facial hair: sideburns",
        meaning="Has sideburns; unknown if the network cannot decide.",
        icon="mdi:face-man-profile",
        needs_camera=True,
        requires=FACIAL_HAIR,
        read=_has_sideburns,
    ),
)
