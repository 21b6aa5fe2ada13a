"""Values into the text of a YAML file: comments, order and spelling of everything else stay to the byte.

The places come from the reader that the node itself uses. A round trip through a library that keeps comments would
indent and space the file in its own way, and would put a new setting behind the comments of another section.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from device.config.key_path import dotted
from device.config.yaml.scalar import meaning
from device.config.yaml.source import compose
from device.errors import SettingsFileError


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is written as `!secret NAME`.

    Attributes:
        name: in secrets.yaml.
    """

    name: str


Value: TypeAlias = str | int | float | bool | Secret
Keys: TypeAlias = tuple[str, ...]
"""The place of a single value: ("mqtt", "tls", "enabled")."""

# What a plain word may be made of, so that no character of it means anything to YAML.
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./-]*")
_INDENT = 2
_DRAFT = Path("facet.yaml")


def with_values(text: str, changes: Mapping[Keys, Value | None]) -> str:
    """Return a text with some values set, or taken out.

    Args:
        text: of a YAML file; it may be empty.
        changes: the new values; None takes a setting out, if it is there.

    Raises:
        ConfigError: the text is not YAML.
        SettingsFileError: it has something else than sections above the place of a value.
    """
    for keys, value in changes.items():
        text = _without(text, keys) if value is None else _with(text, keys, value)
    return text


def _with(text: str, keys: Keys, value: Value) -> str:
    written = _written(value)
    node, depth = _root(text), 0
    if node is None:
        return f"{_ended(text)}{_block(keys, written, 0)}"
    while True:
        found = _child(node, keys[depth])
        if found is None:
            return _inserted(text, node, keys[depth:], written)
        key, below = found
        depth += 1
        if depth == len(keys):
            return _replaced(text, below, written)
        if _is_blank(below):
            at = _line_end(text, key.end_mark.index)
            block = _block(keys[depth:], written, key.start_mark.column + _INDENT)
            return f"{_ended(text[:at])}{block}{text[at:]}"
        node = _section(below, keys[:depth])


def _without(text: str, keys: Keys) -> str:
    node = _root(text)
    for depth, key in enumerate(keys):
        found = None if node is None else _child(node, key)
        if node is None or found is None:
            return text
        name, below = found
        if depth == len(keys) - 1:
            return _removed(text, node, name, below, keys)
        node = None if _is_blank(below) else _section(below, keys[: depth + 1])
    return text


def _root(text: str) -> yaml.MappingNode | None:
    root = compose(_DRAFT, {_DRAFT: text.encode()})
    return None if root is None else _section(root, ())


def _section(node: yaml.Node, keys: Keys) -> yaml.MappingNode:
    if not isinstance(node, yaml.MappingNode):
        message = f"{dotted(keys) or 'the file'} is no section; correct that in the file first"
        raise SettingsFileError(message)
    return node


def _child(node: yaml.MappingNode, key: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    for name, value in node.value:
        if isinstance(name, yaml.ScalarNode) and name.value == key:
            return name, value
    return None


def _replaced(text: str, node: yaml.Node, written: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    if _is_blank(node):
        return f"{text[:start]} {written}{text[start:]}"
    # A block's end is where the next thing begins; its own last line ends before.
    end = start + len(text[start:end].rstrip())
    return f"{text[:start]}{written}{text[end:]}"


def _inserted(text: str, section: yaml.MappingNode, keys: Keys, written: str) -> str:
    if section.flow_style:
        at = section.start_mark.index + 1
        more = ", " if section.value else ""
        return f"{text[:at]}{_flow(keys, written)}{more}{text[at:]}"
    first = section.value[0][0]
    column = first.start_mark.column
    block = _block(keys, written, column)
    one_liners = [
        value
        for _, value in section.value
        if isinstance(value, yaml.ScalarNode) or value.flow_style
    ]
    if column == 0 or not one_liners:
        # A section of its own goes to the end: what is commented out above it belongs to others.
        at = len(text) if column == 0 else first.start_mark.index - column
    else:
        last = one_liners[-1]
        at = _line_end(text, last.start_mark.index + len(_source(text, last)))
    return f"{_ended(text[:at])}{block}{text[at:]}"


def _removed(
    text: str, section: yaml.MappingNode, key: yaml.Node, value: yaml.Node, keys: Keys
) -> str:
    if section.flow_style:
        message = f"{dotted(keys)} is written on one line with others; take it out in the file"
        raise SettingsFileError(message)
    start = key.start_mark.index - key.start_mark.column
    end = _line_end(
        text, max(key.end_mark.index, value.start_mark.index + len(_source(text, value)))
    )
    return text[:start] + text[end:]


def _source(text: str, node: yaml.Node) -> str:
    return text[node.start_mark.index : node.end_mark.index].rstrip()


def _line_end(text: str, index: int) -> int:
    """Return where the next line begins."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _is_blank(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and node.style is None


def _block(keys: Keys, written: str, column: int) -> str:
    lines = [f"{' ' * (column + _INDENT * depth)}{key}:" for depth, key in enumerate(keys)]
    return "\n".join(lines) + f" {written}\n"


def _flow(keys: Keys, written: str) -> str:
    key, *below = keys
    return f"{key}: {{{_flow(tuple(below), written)}}}" if below else f"{key}: {written}"


def _written(value: Value) -> str:
    match value:
        case Secret(name):
            return f"!secret {name}"
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
    is_plain = _PLAIN.fullmatch(value) and meaning(value) == value
    return value if is_plain else json.dumps(value, ensure_ascii=False)
