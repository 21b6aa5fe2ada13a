"""What was seen, as the page shows it: the observation's own JSON, with the words that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from device.config.sections.node import Language
from device.entities.attributes import ATTRIBUTES, attribute_name
from device.entities.facial_hair import FACIAL_HAIR_DETAILS
from device.entities.kinds import OFF, ON, Readable
from device.entities.observation import FACIAL_HAIR_ROW, HAIR_COLOR_ROW, RESULTS
from device.entities.outcome import EventType, Outcome
from device.entities.translation import translated
from device.observation import (
    Face,
    FacialHair,
    Observation,
    Source,
    UnjudgedFace,
    iso_time,
    utc_now,
)
from device.web.memory import Remembered
from device.web.words import words


@lru_cache(maxsize=8)
def _attribute_names(language: Language) -> Mapping[str, str]:
    return {row.attribute: row.name for row in translated(ATTRIBUTES, language)}


@lru_cache(maxsize=8)
def _result(language: Language) -> Readable[Any]:
    """Return the row that says in words what came of a trigger."""
    (row,) = (row for row in RESULTS if isinstance(row, Readable) and EventType.FACE in row.words)
    (result,) = translated((row,), language)
    return result


@lru_cache(maxsize=8)
def _told(
    language: Language,
) -> tuple[tuple[Readable[Outcome], ...], tuple[Readable[Outcome], ...]]:
    """Return the rows that tell of a face in words: those of each node, and those of one that looks at facial hair."""
    return (
        translated((HAIR_COLOR_ROW, FACIAL_HAIR_ROW), language),
        translated(FACIAL_HAIR_DETAILS, language),
    )


def summary(remembered: Remembered, language: Language) -> dict[str, Any]:
    """Return an observation as a line of a list."""
    observation = remembered.observation
    result = _result(language)
    outcome = (observation.reason or EventType.FACE).value
    return {
        "id": observation.event_id,
        "at": iso_time(observation.triggered_at),
        "trigger": observation.trigger.value,
        "result": result.words.get(outcome, outcome),
        "is_usable": observation.reason is None,
        "face_count": observation.face_count,
        "has_picture": remembered.picture is not None,
        "may_be_named": remembered.may_be_named,
    }


def details(remembered: Remembered, language: Language) -> dict[str, Any]:
    """Return all of an observation."""
    observation, texts = remembered.observation, words(language)
    return {
        **summary(remembered, language),
        "left_out": observation.to_json()["left_out"],
        # Of an analyser of somebody else by its own name.
        "timings": {
            texts.get(f"stage_{stage}", stage): round(ms, 1)
            for stage, ms in observation.timings.items()
        },
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
        "words": dict(_in_words(face, language)),
    }


def _in_words(face: Face, language: Language) -> Iterator[tuple[str, str | None]]:
    """Yield what is told of a face, and the answer: what Home Assistant's entities say of the primary one."""
    always, of_facial_hair = _told(language)
    outcome = Outcome(_alone(face), utc_now())
    known = {ON: words(language)["present"], OFF: words(language)["absent"]}
    for row in (*always, *(of_facial_hair if face.fact(FacialHair) else ())):
        value = row.value(outcome)
        answer = None if value is None else str(value)
        yield row.name, None if answer is None else row.words.get(answer, known.get(answer, answer))


def _alone(face: Face) -> Observation:
    """Return an observation of nobody else."""
    now = utc_now()
    return Observation("", Source.FILE, now, now, None, (replace(face, primary=True),), 1, {})
