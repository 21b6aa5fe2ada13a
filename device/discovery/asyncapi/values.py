"""The schema of what a row of the table has in its document, and of what can be sent to it. Pure."""

from __future__ import annotations

from typing import Any

from device.discovery.asyncapi.schemas import Schema, Schemas, closed, optional
from device.entities.kinds import (
    INSTALL,
    OFF,
    ON,
    PRESS,
    TEXT,
    Button,
    Number,
    Readable,
    Row,
    Select,
    Sensor,
    Switch,
)
from device.entities.roster_kinds import Choice, Text
from device.entities.update import Update
from device.updates.node.offer import Offer


def value_schema(row: Readable[Any], schemas: Schemas) -> Schema:
    """Return the schema of a row's value, with what it means; null is what Home Assistant calls unknown."""
    unit = getattr(row, "unit", None)
    meaning = row.meaning + (f" In {unit}." if unit else "")
    return {"description": meaning, **_value(row, schemas)}


def _value(row: Readable[Any], schemas: Schemas) -> Schema:
    match row:
        case Switch() | Number() | Select() | Text():
            return _settable(row)
        case Choice():
            return {"type": ["string", "null"], "maxLength": row.longest}
        case Update():
            return optional(schemas.define("Offer", schemas.returned(Offer.to_json)))
        case Sensor():
            return _sensor(row)
        case _:
            return _one_of(ON, OFF, None)


def _sensor(row: Sensor[Any]) -> Schema:
    if row.options:
        return _one_of(*row.options, None)
    if row.is_count:
        return {"type": ["integer", "null"], "minimum": 0}
    if row.device_class == "timestamp":
        return {"type": ["string", "null"], "format": "date-time"}
    return {"type": ["number" if row.unit else "string", "null"]}


def attributes_schema(row: Readable[Any], schemas: Schemas) -> Schema:
    """Return the schema of what explains a row's value; all of it is missing where there is nothing to explain."""
    said = schemas.returned(row.explain) if row.explain is not None else {}
    properties: dict[str, Schema] = {TEXT: {"type": "string"}} if row.words else {}
    others: Schema | bool = False
    for each in said.get("anyOf", [said]):
        found = schemas.resolved(each)
        properties |= found.get("properties", {})
        if isinstance(found.get("additionalProperties"), dict):
            others = found["additionalProperties"]
    return {**closed(properties), "additionalProperties": others}


def command_schema(row: Row) -> Schema:
    """Return the schema of what a row that takes commands may be sent."""
    match row:
        case Button():
            return {"const": PRESS}
        case Update():
            return {"const": INSTALL}
        case Switch() | Number() | Select() | Text() | Choice():
            return _settable(row)
        case _:
            message = f"{row.key}: a {row.platform} takes no commands"
            raise ValueError(message)


def _settable(row: Switch | Number | Select[Any] | Text | Choice) -> Schema:
    match row:
        case Switch():
            return _one_of(ON, OFF)
        case Number():
            # Without `multipleOf`: in floating point 0.07 is none of 0.01.
            return {"type": "number", "minimum": row.minimum, "maximum": row.maximum}
        case Select():
            return _one_of(*row.options)
        case Text() | Choice():
            return {"type": "string", "maxLength": row.longest}


def _one_of(*values: str | None) -> Schema:
    return {"enum": list(values)}
