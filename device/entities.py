"""THE table: one row per Home Assistant entity.

Discovery, states, commands, documentation and tests follow from it::

    table = entities(config, [label.name for label in bundle.labels])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from device.attribute_entities import ATTRIBUTES, objective
from device.entity import Category, Document, Entity, EventType, Platform
from device.errors import FacetError
from device.observation import Reason

if TYPE_CHECKING:
    from device.config import Config


_diagnostic = partial(
    Entity,
    platform=Platform.SENSOR,
    category=Category.DIAGNOSTIC,
    document=Document.DIAGNOSTICS,
)


class EntityError(FacetError, ValueError):
    """The labels of the attribute network cannot all become entities."""


_OBSERVED = (
    Entity(
        key="observation",
        platform=Platform.EVENT,
        name="Observation",
        meaning="Fires once for every trigger, with all that was seen.",
        icon="mdi:face-recognition",
        document=Document.EVENT,
        options=tuple(EventType),
    ),
    Entity(
        key="face_present",
        platform=Platform.BINARY_SENSOR,
        name="Face present",
        meaning="The newest capture shows a face, be it too small or too dark to judge.",
        document=Document.STATE,
        device_class="occupancy",
        needs_camera=True,
    ),
    Entity(
        key="face_count",
        platform=Platform.SENSOR,
        name="Face count",
        meaning="How many faces the newest capture shows.",
        icon="mdi:account-multiple-outline",
        document=Document.STATE,
        unit="faces",
        state_class="measurement",
        needs_camera=True,
    ),
    Entity(
        key="hair_color",
        platform=Platform.SENSOR,
        name="Hair color",
        meaning="The primary face's; unknown when it cannot be told.",
        icon="mdi:palette",
        document=Document.STATE,
        device_class="enum",
        options=("black", "blond", "brown", "gray", "bald"),
        needs_camera=True,
    ),
    Entity(
        key="facial_hair",
        platform=Platform.SENSOR,
        name="Facial hair",
        meaning="The primary face's; unknown when it cannot be told.",
        icon="mdi:mustache",
        document=Document.STATE,
        device_class="enum",
        options=("none", "stubble", "mustache", "goatee", "beard"),
        needs_camera=True,
    ),
)

_CONTROLS = (
    Entity(
        key="capture",
        platform=Platform.BUTTON,
        name="Capture",
        meaning="Takes a burst now, as the button on the node does.",
        icon="mdi:camera",
    ),
    Entity(
        key="motion_trigger",
        platform=Platform.SWITCH,
        name="Motion trigger",
        meaning="Whether motion starts a capture.",
        icon="mdi:motion-sensor",
        document=Document.SETTINGS,
        needs_motion_sensor=True,
    ),
    Entity(
        key="privacy",
        platform=Platform.SWITCH,
        name="Privacy",
        meaning="While on, the camera is released and every trigger is answered with privacy.",
        icon="mdi:camera-lock",
        document=Document.SETTINGS,
    ),
    Entity(
        key="restart",
        platform=Platform.BUTTON,
        name="Restart",
        meaning="Starts the node anew, and so ends safe mode.",
        category=Category.CONFIG,
        device_class="restart",
    ),
    Entity(
        key="threshold_offset",
        platform=Platform.NUMBER,
        name="Confidence threshold offset",
        meaning="Added to every attribute's threshold: more means fewer false alarms.",
        icon="mdi:tune-variant",
        document=Document.SETTINGS,
        category=Category.CONFIG,
        minimum=-0.4,
        maximum=0.4,
        step=0.01,
    ),
    Entity(
        key="motion_cool_down",
        platform=Platform.NUMBER,
        name="Motion cool-down",
        meaning="How long motion is ignored after it started a capture.",
        icon="mdi:timer-sand",
        document=Document.SETTINGS,
        category=Category.CONFIG,
        device_class="duration",
        unit="s",
        maximum=3600,
        needs_motion_sensor=True,
    ),
)

_DIAGNOSTICS = (
    _diagnostic(
        key="last_result",
        name="Last result",
        meaning="What became of the newest trigger: a face, or the reason why there is none.",
        icon="mdi:clipboard-text-outline",
        document=Document.STATE,
        device_class="enum",
        options=(EventType.FACE, *Reason),
    ),
    _diagnostic(
        key="last_capture",
        name="Last capture",
        meaning="When the camera last took a picture for an observation.",
        icon="mdi:camera-timer",
        document=Document.STATE,
        device_class="timestamp",
    ),
    _diagnostic(
        key="latency",
        name="Latency",
        meaning="From the newest trigger to its observation, ready to be published.",
        icon="mdi:timer-outline",
        document=Document.STATE,
        device_class="duration",
        unit="ms",
        state_class="measurement",
        precision=0,
    ),
    _diagnostic(
        key="camera_problem",
        platform=Platform.BINARY_SENSOR,
        name="Camera",
        meaning="Problem while the camera gives no pictures.",
        device_class="problem",
    ),
    _diagnostic(
        key="camera_fault",
        name="Camera fault",
        meaning="What is wrong with the camera, and what to do; unknown while nothing is.",
        icon="mdi:camera-off-outline",
    ),
    _diagnostic(
        key="safe_mode",
        platform=Platform.BINARY_SENSOR,
        name="Safe mode",
        meaning="Problem while the node leaves camera and networks alone, because its last starts failed.",
        device_class="problem",
    ),
    _diagnostic(
        key="last_failure",
        name="Last failure",
        meaning="When and why the node last ended by itself; unknown if it never did.",
        icon="mdi:alert-circle-outline",
    ),
    _diagnostic(
        key="cpu_temperature",
        name="CPU temperature",
        meaning="The processor's.",
        device_class="temperature",
        unit="°C",
        state_class="measurement",
        precision=1,
    ),
    _diagnostic(
        key="model",
        name="Model",
        meaning="Name and version of the attribute network.",
        icon="mdi:brain",
    ),
    _diagnostic(key="version", name="Version", meaning="Facet's.", icon="mdi:tag-outline"),
    _diagnostic(
        key="queue_length",
        name="Queue length",
        meaning="Observations that the broker has not confirmed yet.",
        icon="mdi:tray-full",
        state_class="measurement",
    ),
    _diagnostic(
        key="dropped_events",
        name="Dropped events",
        meaning="Observations since the start that were given up, because too many waited or for too long.",
        icon="mdi:tray-remove",
        state_class="total_increasing",
    ),
    _diagnostic(
        key="coalesced_presses",
        name="Coalesced presses",
        meaning="Triggers since the start that came during a burst and were answered by it.",
        icon="mdi:gesture-tap-button",
        state_class="total_increasing",
    ),
)

CATALOGUE = (*_OBSERVED, *ATTRIBUTES, *_CONTROLS, *_DIAGNOSTICS)
"""Every row, as it stands with CelebA's labels, a motion sensor and no settings of the owner's."""

LABELS = tuple(entity.attribute for entity in CATALOGUE if entity.attribute)
"""CelebA's 40 attributes, in the order of its label file."""

# A label of the owner's own network.
_UNKNOWN_ICON = "mdi:face-recognition"
_UNKNOWN_MEANING = "What the attribute network calls so."


def entities(config: Config, labels: Iterable[str]) -> tuple[Entity, ...]:
    """Return the rows of one node.

    Args:
        config: says which attributes the owner enables and disables, and knows the motion sensor.
        labels: of the attribute network; one that CelebA lacks becomes an entity of its own.

    Raises:
        EntityError: two labels, or a label and a fixed row, would become the same entity.
    """
    known = {row.attribute: row for row in ATTRIBUTES}
    attributes = [
        known.get(label) or objective(label, _UNKNOWN_ICON, _UNKNOWN_MEANING) for label in labels
    ]
    motion = config.triggers.motion is not None
    rows = (
        *_OBSERVED,
        *_owner_wants(attributes, config.attributes.enabled, config.attributes.disabled),
        *(row for row in _CONTROLS if motion or not row.needs_motion_sensor),
        *_DIAGNOSTICS,
    )
    for key, count in Counter(row.key for row in rows).items():
        if count > 1 or not key:
            names = ", ".join(repr(row.attribute or row.name) for row in rows if row.key == key)
            msg = (
                f"attributes.model: {names} would all be the entity {key!r}; "
                "rename the labels in the model's JSON so that their letters and digits differ"
            )
            raise EntityError(msg)
    return rows


def _owner_wants(
    rows: Iterable[Entity], enabled: Collection[str], disabled: Collection[str]
) -> Iterator[Entity]:
    for row in rows:
        if row.attribute not in disabled:
            wanted = row.enabled_by_default or row.attribute in enabled
            yield replace(row, enabled_by_default=wanted)
