"""The schemas of the documents and events of a node, by loops over the rows of the table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from device.discovery.asyncapi.schemas import Schema, Schemas, closed, joined
from device.discovery.asyncapi.values import attributes_schema, value_schema
from device.entities.documents import EVENT, SEEN
from device.entities.kinds import (
    EXPLANATIONS,
    AttributeSensor,
    Document,
    Event,
    Readable,
    Row,
)
from device.entities.requirements import NOTHING
from device.entities.table import documented
from device.mqtt.waiting_event import DeliveryJson
from device.observation import FaceAttributes, FaceJson, FacialHair
from device.people.identity import Identity

_FACTS = (FaceAttributes, FacialHair, Identity)
"""What the analysers that Facet ships decide of a face."""


def document_schema(document: Document[Any], table: Iterable[Row], schemas: Schemas) -> Schema:
    """Return the schema of a retained document.

    Its keys are those of all its rows; required are those that it has wherever it is published.

    Args:
        document: of documents.RETAINED, or a person's.
        table: every row that a node may have.
        schemas: collects definitions.
    """
    rows = [
        row
        for row in table
        if isinstance(row, Readable) and row.document is document and _may_be_in_it(row)
    ]
    explained = {row.key: attributes_schema(row, schemas) for row in rows if row.has_attributes}
    values = {row.key: value_schema(row, schemas) for row in rows}
    everywhere = {row.key for row in documented(())}
    # A document is published by the nodes that have its first row.
    needs = {NOTHING, rows[0].requires}
    required = [
        row.key
        for row in rows
        if row.key in everywhere or (row.requires in needs and not isinstance(row, AttributeSensor))
    ]
    if explained:
        values[EXPLANATIONS] = {
            "description": "What explains the value of an entity, by the entity's key.",
            **closed(explained),
        }
    return closed(values, required)


def _may_be_in_it(row: Readable[Any]) -> bool:
    # Every attribute is on some node: the owner may enable it.
    return row.is_published or isinstance(row, AttributeSensor)


def event_schema(document: Document[Any], table: Iterable[Row], schemas: Schemas) -> Schema:
    """Return the schema of an event; see document_schema."""
    rows = [row for row in table if isinstance(row, Event) and row.document is document]
    says = joined(*(schemas.returned(row.describe) for row in rows))
    if document is EVENT:
        says["properties"]["faces"]["items"] = _face(schemas)
        says = joined(says, schemas.of(DeliveryJson))
    kind = closed({"event_type": _event_type(document, rows)}, ["event_type"])
    return joined(kind, says)


def _event_type(document: Document[Any], rows: Sequence[Event[Any]]) -> Schema:
    if document is SEEN:
        # A name in the owner's language.
        return {"type": "string", "minLength": 1}
    return {"enum": [kind for row in rows for kind in row.types]}


def _face(schemas: Schemas) -> Schema:
    """Return the schema of a face, with what its facts add where there are any."""
    facts = (schemas.returned(fact.to_json)["properties"] for fact in _FACTS)
    added = [closed(properties) for properties in facts]
    return schemas.define("Face", joined(schemas.of(FaceJson), *added))
