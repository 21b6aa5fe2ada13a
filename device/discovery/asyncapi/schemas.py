"""JSON schemas of types, in the words of draft 7, which is AsyncAPI's. Pure.

An object has the keys of its type and no others, so that a test notices a key that the type lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import isfunction
from typing import Any, TypeAlias, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import TypedDictSchema

Schema: TypeAlias = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"
_OF_TYPES = "Json"


class _Generator(GenerateJsonSchema):
    """Pydantic's, with closed objects, without a title for each key, and without the end of a type's name."""

    def typed_dict_schema(self, schema: TypedDictSchema) -> JsonSchemaValue:
        """Return the schema of an object."""
        return {**super().typed_dict_schema(schema), "additionalProperties": False}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - as in the base class
        """Return that a key is its own title."""
        del schema
        return False

    def normalize_name(self, name: str) -> str:
        """Return what a definition is called."""
        return super().normalize_name(name).removesuffix(_OF_TYPES)


class Schemas:
    """Makes schemas of types, and collects what they refer to.

    Attributes:
        definitions: schemas by the names under which others refer to them.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:  # noqa: ANN401 - any type
        """Return the schema of a type."""
        made = TypeAdapter(kind).json_schema(
            ref_template=_REFERENCE, mode="serialization", schema_generator=_Generator
        )
        found: dict[str, Schema] = made.pop("$defs", {})
        for each in (made, *found.values()):
            # It is the name.
            each.pop("title", None)
        self.definitions |= found
        return made

    def returned(self, function: Callable[..., object]) -> Schema:
        """Return the schema of what a function returns, by its annotation."""
        annotated = function if isfunction(function) else type(function).__call__
        return self.of(get_type_hints(annotated, include_extras=True)["return"])

    def define(self, name: str, schema: Schema) -> Schema:
        """Give a schema a name, and return what refers to it."""
        self.definitions[name] = schema
        return {"$ref": _REFERENCE.format(model=name)}

    def resolved(self, schema: Schema) -> Schema:
        """Return what a schema refers to, or the schema itself."""
        return self.definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)


def closed(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """Return the schema of an object with these keys and no others."""
    needed = sorted(set(required))
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
    }


def joined(*objects: Schema) -> Schema:
    """Return the schema of one object with the keys of all.

    Draft 7 cannot join closed objects by reference: each would forbid the keys of the others.
    """
    properties = {key: value for each in objects for key, value in each["properties"].items()}
    return closed(properties, (key for each in objects for key in each.get("required", ())))


def optional(schema: Schema) -> Schema:
    """Return the schema of something, or of null."""
    return {"anyOf": [schema, {"type": "null"}]}
