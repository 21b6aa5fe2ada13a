"""What was seen, as the page shows it: the observation's own JSON, with the words that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from device.config.sections.node import Language
from device.entities.attributes import ATTRIBUTES, attribute_name
from device.entities.kinds import Readable
from device.entities.observation import FACIAL_HAIR_ROW, HAIR_COLOR_ROW, RESULTS
from device.entities.outcome import EventType
from device.entities.translation import translated
from device.observation import Face, Observation, UnjudgedFace, iso_time
from device.web.memory import Remembered


@lru_cache(maxsize=8)
def _attribute_names(language: Language) -> Mapping[str, str]:
    return {row.attribute: row.name for row in translated(ATTRIBUTES, language)}


@lru_cache(maxsize=8)
def _words(language: Language) -> tuple[Readable[Any], Readable[Any], Readable[Any]]:
    """Return the rows whose words are needed: hair, facial hair, result."""
    (result,) = (
        row for row in RESULTS if isinstance(row, Readable) and EventType.FACE in row.words
    )
    hair, facial_hair, result = translated((HAIR_COLOR_ROW, FACIAL_HAIR_ROW, result), language)
    return hair, facial_hair, result


def summary(remembered: Remembered, language: Language) -> dict[str, Any]:
    """Return an observation as a line of a list."""
    observation = remembered.observation
    *_, result = _words(language)
    outcome = (observation.reason or EventType.FACE).value
    return {
        "id": observation.event_id,
        "at": iso_time(observation.triggered_at),
        "trigger": observation.trigger.value,
        "result": result.words.get(outcome, outcome),
        "is_usable": observation.reason is None,
        "face_count": observation.face_count,
        "has_picture": remembered.picture is not None,
    }


def details(remembered: Remembered, language: Language) -> dict[str, Any]:
    """Return all of an observation."""
    observation: Observation = remembered.observation
    return {
        **summary(remembered, language),
        "left_out": observation.to_json()["left_out"],
        "timings": {stage: round(ms, 1) for stage, ms in observation.timings.items()},
        "faces": faces(observation.faces, language),
    }


def faces(found: Iterable[Face], language: Language) -> list[dict[str, Any]]:
    """Return the faces that were judged."""
    return [_face(face, language) for face in found]


def unjudged(found: Iterable[UnjudgedFace]) -> list[dict[str, Any]]:
    """Return the faces that were not."""
    return [{"box": _box(face.box), "reason": face.reason.value} for face in found]


def _box(box: Any) -> list[float]:  # noqa: ANN401 - see below
    return [round(float(value), 1) for value in (box.x, box.y, box.width, box.height)]


def _face(face: Face, language: Language) -> dict[str, Any]:
    hair, facial_hair, _result = _words(language)
    names = _attribute_names(language)
    document = face.to_json()
    attributes: list[dict[str, Any]] = [
        {
            "name": names.get(label) or attribute_name(label),
            "probability": round(attribute.probability, 3),
            "threshold": None if attribute.threshold is None else round(attribute.threshold, 3),
            "present": attribute.present,
            "offered": attribute.is_offered,
        }
        for label, attribute in face.attributes.items()
    ]
    return document | {
        "attributes": sorted(attributes, key=lambda each: -each["probability"]),
        "words": {
            hair.name: hair.words.get(face.hair_color or "", face.hair_color),
            facial_hair.name: facial_hair.words.get(face.facial_hair or "", face.facial_hair),
        },
    }
