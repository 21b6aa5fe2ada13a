"""The JSON schema of the configuration: for editors, for the reference, and to describe what a setting allows."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeAlias

from pydantic import BaseModel

from device.config.key_path import KeyPath

Schema: TypeAlias = dict[str, Any]

_ANNOTATIONS = ("title", "description", "default")
# Editors that know the tags (yaml.customTags in VS Code) check the name alone, others the tag as well.
_TAGGED = {"type": "string", "pattern": r"^!(secret|env) \S+$"}
_NAMED = {"type": "string", "pattern": r"^(!(secret|env) )?[A-Za-z_][A-Za-z0-9_-]*$"}


def editor_schema(model: type[BaseModel]) -> Schema:
    """Return the JSON schema (draft 2020-12) that editors check a file against.

    In addition to what the model's schema accepts, it accepts what the loader accepts: `!secret NAME` and `!env NAME`
    in place of any single value, and a heading without anything below it.
    """
    schema = deepcopy(model.model_json_schema())
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    for section in (schema, *schema["$defs"].values()):
        section["properties"] = {
            key: _as_written(setting) for key, setting in section["properties"].items()
        }
    return schema


def _as_written(setting: Schema) -> Schema:
    rest = dict(setting)
    outside = {key: rest.pop(key) for key in _ANNOTATIONS if key in rest}
    choices = rest.pop("anyOf", None)
    if choices is None:
        choices = [rest]
    else:
        outside |= rest
    if any("$ref" in choice for choice in choices):
        # The section itself has the defaults.
        outside.pop("default", None)
        extra = [{"type": "null"}]
    elif any(choice.get("type") == "array" for choice in choices):
        extra = []
    elif all(choice.get("type") in {"integer", "number", "boolean", "null"} for choice in choices):
        extra = [_NAMED]
    else:
        extra = [_TAGGED]
    choices += [choice for choice in extra if choice not in choices]
    return {**outside, "anyOf": choices} if len(choices) > 1 else {**outside, **choices[0]}


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follow a reference within root, including that of a section that may be absent."""
    for choice in (schema, *schema.get("anyOf", ())):
        if "$ref" in choice:
            name = choice["$ref"].rpartition("/")[2]
            return {**root["$defs"][name], **{k: v for k, v in schema.items() if k in _ANNOTATIONS}}
    return schema


def at(root: Schema, path: KeyPath) -> Schema | None:
    """Return the schema of the setting or section at a path, or None if there is none."""
    schema = root
    for key in path:
        below = (
            schema.get("items") if isinstance(key, int) else schema.get("properties", {}).get(key)
        )
        if below is None:
            return None
        schema = resolve(below, root)
    return schema


def allowed(schema: Schema) -> str:
    """Describe in words what a setting accepts: "a whole number, 1 to 30"."""
    if "patternErrorMessage" in schema:
        nullable = {"type": "null"} in schema.get("anyOf", ())
        return f"{schema['patternErrorMessage']}{', or null' if nullable else ''}"
    if "anyOf" in schema:
        return ", or ".join(allowed(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        *most, last = dict.fromkeys(_word(value) for value in schema["enum"])
        return f"{', '.join(most)} or {last}"
    if "properties" in schema:
        return f"a section with {', '.join(schema['properties'])}"
    return _by_type(schema)


def _by_type(schema: Schema) -> str:
    match schema.get("type"):
        case "integer":
            return f"a whole number{_bounds(schema)}"
        case "number":
            return f"a number{_bounds(schema)}"
        case "boolean":
            return "true or false"
        case "null":
            return "null"
        case "array":
            return f"a list; each item {allowed(schema['items'])}"
    if schema.get("format") == "path":
        return "a path"
    if "maxLength" in schema:
        return f"text of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    return "text" if schema.get("minLength", 0) == 0 else "text that is not empty"


def _bounds(schema: Schema) -> str:
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    if minimum is None:
        return ""
    return f", {minimum} to {maximum}" if maximum is not None else f", {minimum} or more"


def _word(value: object) -> str:
    """Return a value as YAML writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
