"""THE table: one row per Home Assistant entity.

Discovery, documents, commands, documentation and tests are loops over it::

    table = entities(config, Vocabulary.of(card))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from device.config import Config
from device.entities import words
from device.entities.attributes import ATTRIBUTES, detected, objective
from device.entities.certainty import certainty
from device.entities.controls import CONTROLS
from device.entities.diagnostics import CONDITION
from device.entities.enrolling import ENROLLING
from device.entities.facial_hair import FACIAL_HAIR_DETAILS
from device.entities.kinds import AttributeSensor, Row, Select
from device.entities.observation import BUTTON_PRESSED, RESULTS, observation_rows
from device.entities.outcome import Outcome
from device.entities.people import PERSONS
from device.entities.pins import PINS
from device.entities.requirements import FACIAL_HAIR
from device.entities.seen import seen
from device.entities.translation import translated
from device.entities.update import Update
from device.entities.visitors import VISITORS
from device.entities.vocabulary import Vocabulary
from device.errors import EntityError

LABELS = tuple(row.attribute for row in ATTRIBUTES)
"""CelebA's 40 attributes, in the order of its label file."""

OBJECTIVE = tuple(row.attribute for row in ATTRIBUTES if row.is_enabled_by_default)
"""Those on which two people would agree at a glance."""

CELEBA = Vocabulary(labels=LABELS)
"""What a network that was trained on CelebA answers."""


def catalogue(
    vocabulary: Vocabulary, attributes: Sequence[AttributeSensor[Outcome]]
) -> tuple[Row, ...]:
    """Return every entity that a node may have, whatever is connected to it.

    Args:
        vocabulary: of the attribute network.
        attributes: the rows of its attributes, named in the owner's language.
    """
    return (
        *observation_rows(vocabulary),
        *(FACIAL_HAIR_DETAILS if vocabulary.tells_facial_hair else ()),
        *attributes,
        *seen(attributes),
        *PERSONS,
        *ENROLLING,
        *VISITORS,
        *PINS,
        *CONTROLS,
        *RESULTS,
        certainty(attributes),
        *CONDITION,
    )


CATALOGUE = catalogue(CELEBA, ATTRIBUTES)
"""Every entity of a node with CelebA's labels, a motion sensor, pictures and a configuration without exceptions."""

# A label of an owner's own network.
_UNKNOWN_ICON = "mdi:face-recognition"
_UNKNOWN_MEANING = "As decided by the attribute network."


def offered(labels: Iterable[str], unreliable: Collection[str]) -> tuple[str, ...]:
    """Return those of a network's labels that a node shows unless its owner asks for more; see entities."""
    return tuple(label for label in labels if label in OBJECTIVE and label not in unreliable)


def entities(config: Config, vocabulary: Vocabulary) -> tuple[Row, ...]:
    """Return the rows of one node.

    Args:
        config: which attributes the owner enables and disables, and what else the node has.
        vocabulary: of the attribute network; a label that CelebA lacks becomes another entity, and an unreliable one
            starts disabled.

    Raises:
        EntityError: two labels, or a label and a fixed row, would become the same entity.
    """
    if vocabulary.tells_facial_hair and FACIAL_HAIR.is_met(config):
        vocabulary = replace(vocabulary, facial_hair=tuple(words.FACIAL_HAIR))
    attributes = translated(_attributes(config, vocabulary), config.node.language)
    every: tuple[Row, ...] = (
        *catalogue(vocabulary, attributes),
        BUTTON_PRESSED,
        *(detected(row) for row in attributes if row.is_published),
    )
    rows = [_fitted(row, config) for row in every if row.requires.is_met(config)]
    _require_distinct_keys(rows)
    return translated(rows, config.node.language)


def documented(table: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows whose values stand in a node's settings and diagnostics.

    Those of entities that the node lacks are among them, such as a motion sensor's: whoever reads the documents by
    themselves finds the same keys on every node.
    """
    table = tuple(table)
    present = {row.key for row in table}
    return (*table, *(row for row in (*CONTROLS, *CONDITION) if row.key not in present))


def _attributes(config: Config, vocabulary: Vocabulary) -> Iterator[AttributeSensor[Outcome]]:
    known = {row.attribute: row for row in ATTRIBUTES}
    settings = config.attributes
    for label in vocabulary.labels:
        if label in settings.disabled:
            continue
        row = known.get(label) or objective(label, _UNKNOWN_ICON, _UNKNOWN_MEANING)
        is_reliable = label not in vocabulary.unreliable
        is_offered = row.is_enabled_by_default and is_reliable
        yield replace(
            row,
            is_enabled_by_default=is_offered or label in settings.enabled,
            is_superseded=row.is_superseded and (is_reliable or row.is_enabled_by_default),
        )


def _fitted(row: Row, config: Config) -> Row:
    """Return a row restricted to what the configuration allows."""
    match row:
        case Select():
            return replace(row, options=row.allowed(config))
        case Update():
            return replace(row, is_installable=config.updates.allow_install)
        case _:
            return row


def _require_distinct_keys(rows: Iterable[Row]) -> None:
    rows = tuple(rows)
    for key, count in Counter(row.key for row in rows).items():
        if count > 1 or not key:
            names = ", ".join(repr(_label(row)) for row in rows if row.key == key)
            message = (
                f"attributes.model: {names} would all be the entity {key!r}; "
                "rename the labels in the model's JSON so that their letters and digits differ"
            )
            raise EntityError(message)


def _label(row: Row) -> str:
    return row.attribute if isinstance(row, AttributeSensor) else row.name
