"""From pydantic's errors to faults that name the line, what was found and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from device.config.key_path import KeyPath, dotted
from device.config.schema import Schema, allowed, at
from device.config.sections.attributes import AttributeSettings
from device.config.yaml.document import Document
from device.errors import Fault, ModelError
from device.networks.card import read_card
from device.networks.files import model_path
from device.system.redaction import redact_found
from device.system.text import printable


def explain(error: ValidationError, document: Document, schema: Schema) -> Iterator[Fault]:
    """Turn each error into one fault, except where the value could not even be read.

    Args:
        error: from the validation of the document's values.
        document: has the lines.
        schema: of the model that rejected the values; describes what is allowed.
    """
    for details in error.errors(include_url=False):
        path = _path(details)
        if any(path[: len(unread)] == unread for unread in document.unreadable):
            continue
        message = _message(details, path, document, schema)
        yield Fault(document.file, document.line(path), dotted(path), message)


def unknown_attributes(settings: AttributeSettings, document: Document) -> Iterator[Fault]:
    """Find the attributes that the configured model does not know, if the model can be read.

    A model that cannot be read is not a fault of this file: `facet check` and `facet run` report it.
    """
    if not (settings.enabled or settings.disabled):
        return
    try:
        labels = [label.name for label in read_card(model_path(settings.model)).labels]
    except ModelError:
        return
    for key in ("enabled", "disabled"):
        for index, name in enumerate(getattr(settings, key)):
            if name not in labels:
                path = ("attributes", key, index)
                message = f'found "{name}"{nearest(name, labels)}; allowed: {", ".join(labels)}'
                yield Fault(document.file, document.line(path), dotted(path), message)


def nearest(word: str, known: list[str]) -> str:
    """Return "; did you mean X?" for the known word that is closest to this one, or nothing."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""


def _path(details: ErrorDetails) -> KeyPath:
    conflicting = details["ctx"]["key"].split(".") if details["type"] == "conflict" else ()
    return (*details["loc"], *conflicting)


def _message(details: ErrorDetails, path: KeyPath, document: Document, schema: Schema) -> str:
    kind = details["type"]
    if kind == "conflict":
        return details["msg"]
    if kind == "extra_forbidden":
        return _unknown_key(path, schema)
    here = at(schema, path) or {}
    if kind == "missing":
        return f"is missing; give {allowed(here)}"
    return f"found {_found(details['input'], path, document, here)}; allowed: {allowed(here)}"


def _unknown_key(path: KeyPath, schema: Schema) -> str:
    key = str(path[-1])
    known = list((at(schema, path[:-1]) or {}).get("properties", {}))
    hint = nearest(key, known) or _elsewhere(key, schema)
    return f"unknown key{hint or '; remove it'}; known here: {', '.join(known)}"


def _elsewhere(key: str, schema: Schema) -> str:
    homes = [dotted(path) for path in _paths(schema, ()) if path[-1] == key]
    return f"; did you mean {' or '.join(homes)}?" if homes else ""


def _paths(root: Schema, above: KeyPath) -> Iterator[KeyPath]:
    for key in (at(root, above) or {}).get("properties", {}):
        yield (*above, key)
        yield from _paths(root, (*above, key))


def _found(value: object, path: KeyPath, document: Document, schema: Schema) -> str:
    if path in document.references:
        return f"a value in {document.references[path]} that does not fit"
    if any(choice.get("format") == "password" for choice in schema.get("anyOf", ())):
        return "a value that is not text and is not shown here; put it in quotes"
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            # Instead of a section: the space after a colon was forgotten, perhaps before a password.
            is_section = "properties" in schema
            return "text" if is_section else f'"{printable(redact_found(value))}"'
        case list():
            return "a list"
        case dict():
            return "a section"
        case _:
            return printable(str(value))
