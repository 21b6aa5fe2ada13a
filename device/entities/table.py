"""THE table: one row per Home Assistant entity.

Discovery, states, commands, documentation and tests follow from it::

    table = entities(config, card.names)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from device.config.sections.privacy import PICTURE_MODES
from device.entities.attributes import ATTRIBUTES, detected, objective
from device.entities.diagnostics import DIAGNOSTICS
from device.entities.kinds import Category, Document, Entity, EventType, Platform
from device.entities.translation import translated
from device.errors import EntityError
from device.observation import Source

if TYPE_CHECKING:
    from device.config import Config


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
    Entity(
        key="picture",
        platform=Platform.IMAGE,
        name="Picture",
        meaning="What the newest capture shows, as far as it may leave the node; blank after a while.",
        icon="mdi:image-outline",
        needs_camera=True,
        needs_picture=True,
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
        key="picture_mode",
        platform=Platform.SELECT,
        name="Picture mode",
        meaning="What of a picture leaves the node: at most what privacy.picture allows.",
        icon="mdi:image-lock-outline",
        document=Document.SETTINGS,
        category=Category.CONFIG,
        options=PICTURE_MODES,
        needs_picture=True,
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

_BUTTON_PRESSED = Entity(
    key="button_pressed",
    platform=Platform.DEVICE_TRIGGER,
    name="button",
    meaning="Fires when the button on the node was pressed.",
    document=Document.EVENT,
    source=Source.BUTTON,
)

CATALOGUE = (*_OBSERVED, *ATTRIBUTES, *_CONTROLS, *DIAGNOSTICS)
"""Every entity, as it stands with CelebA's labels, a motion sensor, pictures and no settings of the owner's."""

LABELS = tuple(entity.attribute for entity in ATTRIBUTES if entity.attribute)
"""CelebA's 40 attributes, in the order of its label file."""

OBJECTIVE = tuple(row.attribute for row in ATTRIBUTES if row.attribute and row.enabled_by_default)
"""Those on which two people would agree at a glance."""


def offered(labels: Iterable[str], unreliable: Collection[str]) -> tuple[str, ...]:
    """Return those of a network's labels that a node shows unless its owner asks for more; see entities."""
    return tuple(label for label in labels if label in OBJECTIVE and label not in unreliable)


# A label of the owner's own network.
_UNKNOWN_ICON = "mdi:face-recognition"
_UNKNOWN_MEANING = "What the attribute network calls so."


def entities(
    config: Config, labels: Iterable[str], unreliable: Collection[str] = ()
) -> tuple[Entity, ...]:
    """Return the rows of one node.

    Args:
        config: says which attributes the owner enables and disables, and knows the motion sensor.
        labels: of the attribute network; one that CelebA lacks becomes an entity of its own.
        unreliable: labels that start disabled, because no threshold of the network keeps its promise for them.

    Raises:
        EntityError: two labels, or a label and a fixed row, would become the same entity.
    """
    known = {row.attribute: row for row in ATTRIBUTES}
    attributes = [
        known.get(label) or objective(label, _UNKNOWN_ICON, _UNKNOWN_MEANING) for label in labels
    ]
    offered = [
        replace(row, enabled_by_default=row.enabled_by_default and row.attribute not in unreliable)
        for row in attributes
    ]
    wanted = tuple(_owner_wants(offered, config.attributes.enabled, config.attributes.disabled))
    rows = (
        *_possible(_OBSERVED, config),
        *wanted,
        *_possible(_CONTROLS, config),
        *_updated(DIAGNOSTICS, config),
        *((_BUTTON_PRESSED,) if config.triggers.button else ()),
        *(detected(row) for row in wanted if row.enabled_by_default),
    )
    for key, count in Counter(row.key for row in rows).items():
        if count > 1 or not key:
            names = ", ".join(repr(row.attribute or row.name) for row in rows if row.key == key)
            msg = (
                f"attributes.model: {names} would all be the entity {key!r}; "
                "rename the labels in the model's JSON so that their letters and digits differ"
            )
            raise EntityError(msg)
    return translated(rows, config.node.language)


def _possible(rows: Iterable[Entity], config: Config) -> Iterator[Entity]:
    motion, modes = config.triggers.motion is not None, config.privacy.picture_modes
    for row in rows:
        if (motion or not row.needs_motion_sensor) and (len(modes) > 1 or not row.needs_picture):
            yield replace(row, options=modes) if row.key == "picture_mode" else row


def _updated(rows: Iterable[Entity], config: Config) -> Iterator[Entity]:
    updates = config.updates
    # A network of the owner's own has no updates.
    has_network = updates.index is not None and not config.attributes.model.endswith(".tflite")
    for row in rows:
        if row.platform is Platform.UPDATE:
            if has_network or not row.needs_index:
                yield replace(row, can_install=updates.allow_install)
        elif updates.index is not None or not row.needs_index:
            yield row


def _owner_wants(
    rows: Iterable[Entity], enabled: Collection[str], disabled: Collection[str]
) -> Iterator[Entity]:
    for row in rows:
        if row.attribute not in disabled:
            wanted = row.enabled_by_default or row.attribute in enabled
            yield replace(row, enabled_by_default=wanted)
