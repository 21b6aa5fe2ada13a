"""What a node publishes from its start on, as scripts of messages for Home Assistant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from device.config.sections.node import LANGUAGES
from device.entities.table import LABELS
from device.mqtt.topics import OFFLINE
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    FacialHair,
    Observation,
    Reason,
    Source,
    Told,
)
from device.people.visitor_book import MOST_VISITORS
from device.people.visitors import Visitor
from device.updates.artifact import Kind
from device.updates.node.index import ModelRelease, Release
from device.updates.node.status import UpdateStatus
from tests.homeassistant.actor import NODE, NOW, Actor

_PLAIN: dict[str, Any] = {"mqtt": {"host": "broker"}, "node": {"id": NODE, "name": "Hall camera"}}
_RELEASE: dict[str, Any] = {
    "version": "1.0.0",
    "url": "x",
    "sha256": "0" * 64,
    "signature": "A" * 88,
}
_EVERYTHING: dict[str, Any] = {
    **_PLAIN,
    "node": {
        **_PLAIN["node"],
        "suggested_area": "Hall",
        "configuration_url": "http://hall.local:8080/about",
        "publish_mac_address": True,
    },
    "triggers": {"motion": {"pin": 4}, "button": {"pin": 17}},
    "privacy": {"picture": "full"},
    "people": {"enabled": True, "visitors_days": 30},
    "updates": {"index": "/srv/index.json", "allow_install": True, "public_key": "/srv/key"},
    "attributes": {"enabled": [name for name in LABELS if name != "Bald"], "disabled": ["Bald"]},
}


def scripts() -> dict[str, dict[str, Any]]:
    """Return all scripts by name."""
    script = Actor(_PLAIN).script
    every = Actor(_EVERYTHING)
    made = {
        "a minimal node": script([]),
        "a node with everything": every.script([]),
        "the camera is lost": script([(Actor(_PLAIN).topics.camera_status, OFFLINE)]),
        "the node vanishes": script([(Actor(_PLAIN).topics.status, OFFLINE)]),
        "everything is announced again": every.script(every.announcement()),
        "an attribute is taken out of the configuration": every.script(
            every.farewell("eyeglasses", "eyeglasses_detected"),
            without=("eyeglasses", "eyeglasses_detected"),
        ),
        "a picture is shown and expires": every.script(
            [*every.picture(b"\xff\xd8\xff\xd9"), *every.picture(None)]
        ),
        "a picture is shown": every.script([*every.picture(b"\xff\xd8\xff\xd9")]),
        "the button is pressed": every.script(every.pressed()),
        "somebody types a name": every.script(
            every.roster("Anna"), states={"person_name": "Anna", "selected_person": "unknown"}
        ),
        "strangers came": every.script(
            every.roster(visitors=tuple(Visitor(i, NOW, NOW, 20) for i in range(MOST_VISITORS))),
            states={"unknown_visitors": str(MOST_VISITORS), "selected_visitor": "unknown"},
        ),
        "something moves": every.script(every.motion(is_active=True), states={"motion": "on"}),
        "settings change": every.script(
            every.changed_settings(),
            states={"threshold_offset": "40.0", "motion_cool_down": "3600.0"},
        ),
        "only the essential entities are announced": Actor(
            {**_EVERYTHING, "mqtt": {"host": "broker", "discovery": "essential"}}
        ).script([]),
        "a newer version is known": every.script(
            [every.diagnostics(newest="1.0.0")], states={"software": "on"}
        ),
        "updates are installed": every.script(
            [every.diagnostics(updates=updates) for updates in _update_steps()],
            states={"software": "on", "attribute_network": "off"},
        ),
    }
    for language in LANGUAGES:
        node = {**_EVERYTHING["node"], "language": language}
        made[f"names in {language}"] = Actor({**_EVERYTHING, "node": node}).script([])
    for name, observation in _observations().items():
        made[f"an observation: {name}"] = every.script(every.observed(observation))
    return made


def _update_steps() -> list[UpdateStatus]:
    """An update of either kind from its offer to its end, with every text as long as possible."""
    release = Release(**_RELEASE, summary="x" * 255, release_url="https://example.org/notes?a=1")
    model = ModelRelease(**_RELEASE, name="attributes")
    before = UpdateStatus(release=release, model=model, model_version="0.9", can_install=True)
    after = replace(
        before, model_version="1.0.0", last="2026-11-24T08:00:00+00:00: it is installed"
    )
    return [
        before,
        replace(before, installing=(Kind.SOFTWARE,)),
        replace(before, installing=(Kind.SOFTWARE,), percent=40),
        replace(before, can_install=False),
        replace(before, last="nothing was installed"),
        replace(before, installing=(Kind.MODEL,)),
        after,
    ]


def _observations() -> dict[str, Observation]:
    plain = Observation(
        node=NODE,
        trigger=Source.BUTTON,
        triggered_at=NOW,
        captured_at=NOW,
        reason=None,
        faces=(),
        face_count=1,
        timings={"capture": 12.1, "total": 26.0},
    )
    return {
        "one face": replace(plain, faces=(_face(0.98, "brown", "beard"),)),
        "nothing can be decided": replace(plain, faces=(_face(0.02, None, None),)),
        "many faces": replace(plain, faces=(_face(0.9, "gray", "none"),) * 12, face_count=15),
        **{
            str(reason): replace(plain, reason=reason, trigger=Source.MOTION, face_count=0)
            for reason in Reason
        },
        "no picture": replace(plain, reason=Reason.CAMERA_UNAVAILABLE, captured_at=None),
    }


def _face(probability: float, hair_color: str | None, facial_hair: str | None) -> Face:
    attribute = Attribute(probability, probability > 0.5)
    return Face(
        box=Box(175.3, 70.9, 104.1, 104.1),
        keypoints=np.zeros((6, 2), np.float32),
        score=0.93,
        quality=0.94,
        primary=True,
        facts={
            "attributes": FaceAttributes(dict.fromkeys(LABELS, attribute), hair_color, facial_hair),
            "facial_hair": FacialHair(
                Told(facial_hair, {}),
                Told("long" if facial_hair else None, {}),
                Told("present" if facial_hair else None, {}),
                Told("none", {}),
            ),
        },
    )
