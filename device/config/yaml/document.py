"""A configuration file as plain values: references resolved, duplicate keys found, every key with its line."""

from __future__ import annotations

import difflib
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from device.config.key_path import KeyPath, dotted
from device.config.yaml.scalar import CONSTRUCTORS, NULL, Reference, Scalar
from device.config.yaml.source import QUOTES, Drafts, compose
from device.errors import ConfigError, Fault
from device.system.redaction import redact_word
from device.system.text import printable

SECRETS = "secrets.yaml"

_NO_DRAFTS: Drafts = {}


Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"


@dataclass(slots=True)
class Document:
    """The content of a file, and the place of each value.

    Attributes:
        file: as it was given.
        values: the root section.
        lines: counted from 1, by the path of each key and list item.
        references: for each value that is kept elsewhere, how this file refers to it: "!secret broker".
        faults: what could not be read.
        unreadable: the paths of these faults; their values are not validated.
        blank: the paths of keys that have no value, at most a comment; null itself is not blank.
    """

    file: str
    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    references: dict[KeyPath, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unreadable: set[KeyPath] = field(default_factory=set)
    blank: set[KeyPath] = field(default_factory=set)

    def line(self, path: KeyPath) -> int:
        """Return the line of a path, or of the nearest section above it that the file names."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(path: Path, environment: Mapping[str, str], drafts: Drafts = _NO_DRAFTS) -> Document:
    """Read a configuration file.

    Args:
        path: the file; secrets.yaml is expected beside it.
        environment: the variables that !env reads.
        drafts: the content of either file if it is not written yet.

    Raises:
        ConfigError: the file cannot be read, or is not a YAML section. Smaller faults are in the document.
    """
    root = compose(path, drafts)
    if not isinstance(root, yaml.MappingNode):
        found = "is empty" if root is None else f"found {_kind(root)} instead of sections"
        line = 0 if root is None else _line(root)
        message = f"{found}; the minimum is two lines: mqtt: and below it, indented, host: NAME"
        raise ConfigError([Fault(str(path), line, "", message)])
    document = Document(str(path))
    secrets = _Secrets(path.with_name(SECRETS), drafts)
    document.values = _Reader(document, secrets, environment).section(root, ())
    return document


class _Reader:
    """Walks the tree of one file, and records lines and faults in its document."""

    def __init__(
        self, document: Document, secrets: _Secrets, environment: Mapping[str, str]
    ) -> None:
        self._document = document
        self._secrets = secrets
        self._environment = environment

    def section(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag not in CONSTRUCTORS:
                self._fault(key_node, path, f"found {_kind(key_node)} as a key; a key is a word")
                continue
            key = key_node.value
            below = (*path, key)
            if key in values:
                first = self._document.lines[below]
                self._fault(
                    key_node, below, f"is set a second time, first in line {first}; keep one"
                )
                continue
            self._document.lines[below] = _line(key_node)
            values[key] = self._value(value_node, below)
        return values

    def _value(self, node: yaml.Node, path: KeyPath) -> Value:
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self.section(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            items: list[Value] = []
            for index, item in enumerate(node.value):
                self._document.lines[*path, index] = _line(item)
                items.append(self._value(item, (*path, index)))
            return items
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        return self._fault(node, path, _unknown_tag())

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Scalar:
        if _is_blank(node):
            self._document.blank.add(path)
        if node.tag in {"!secret", "!env"}:
            return self._reference(node, path)
        if node.tag not in CONSTRUCTORS:
            return self._fault(node, path, _unknown_tag())
        if odd := _odd_character(node.value):
            return self._fault(node, path, f"contains the character {odd}; remove it")
        try:
            return CONSTRUCTORS[node.tag](node.value)
        except ValueError:
            kind = node.tag.rpartition(":")[2]
            return self._fault(node, path, f"cannot be read as {kind}; write the value plainly")

    def _reference(self, node: yaml.ScalarNode, path: KeyPath) -> Scalar:
        name: str = node.value
        shown = f"{node.tag} {printable(redact_word(name))}"
        self._document.references[path] = shown
        if node.tag == "!env":
            text = self._environment.get(name)
            missing = "the environment has no such variable; set it, or write the value here"
        else:
            text, missing = self._secrets.get(name)
        if text is None:
            return self._fault(node, path, f"found {shown}: {missing}")
        if odd := _odd_character(text):
            return self._fault(
                node, path, f"found {shown}: it contains the character {odd}; remove it"
            )
        return Reference(text)

    def _fault(self, node: yaml.Node, path: KeyPath, message: str) -> Scalar:
        """Record what cannot be read, and return what takes its place."""
        fault = Fault(self._document.file, _line(node), dotted(path), message)
        self._document.faults.append(fault)
        self._document.unreadable.add(path)
        return None


class _Secrets:
    """secrets.yaml as in Home Assistant: names and their values. It is read when the first name is looked up."""

    def __init__(self, path: Path, drafts: Drafts) -> None:
        self._path = path
        self._drafts = drafts
        self._values: dict[str, str] | None = None
        self._blank: dict[str, int] = {}
        self._problem = ""

    def get(self, name: str) -> tuple[str | None, str]:
        """Return a secret's text and "", or None and why there is none. Never shows the value of another secret."""
        if self._values is None:
            self._values = self._read()
        if name in self._values:
            return self._values[name], ""
        if name in self._blank:
            place = f"{self._path}:{self._blank[name]}"
            return (
                None,
                f'{place} has nothing after this name; {QUOTES.format("#")}; "" is empty text',
            )
        if self._problem:
            return None, self._problem
        nearest = difflib.get_close_matches(name, self._values, n=1)
        hint = f"; did you mean {printable(redact_word(nearest[0]))}?" if nearest else ""
        return (
            None,
            f"{self._path} has no value of this name; add a line {printable(redact_word(name))}: VALUE{hint}",
        )

    def _read(self) -> dict[str, str]:
        if self._is_open_to_all():
            self._problem = (
                f"{self._path} is open to every user of this machine; run: chmod o-rwx {self._path}"
            )
            return {}
        try:
            root = compose(self._path, self._drafts)
        except ConfigError as error:
            self._problem = str(error)
            return {}
        if not isinstance(root, yaml.MappingNode):
            self._problem = f"{self._path} has no names and values; write lines NAME: VALUE"
            return {}
        pairs = [
            (key.value, value) for key, value in root.value if isinstance(key, yaml.ScalarNode)
        ]
        # Home Assistant's file may hold lists and sections for other purposes; they are not values here.
        scalars = {name: value for name, value in pairs if isinstance(value, yaml.ScalarNode)}
        self._blank = {name: _line(value) for name, value in scalars.items() if _is_blank(value)}
        return {name: value.value for name, value in scalars.items() if name not in self._blank}

    def _is_open_to_all(self) -> bool:
        try:
            return bool(self._path.stat().st_mode & stat.S_IRWXO)
        except OSError:
            return False  # reading it reports what is wrong


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "a section" if isinstance(node, yaml.MappingNode) else "a single value"


def _is_blank(node: yaml.ScalarNode) -> bool:
    """Return whether nothing is written, not even quotes; a comment may be."""
    return node.tag == NULL and not node.value and node.style is None


def _unknown_tag() -> str:
    # Does not show the tag: it may be the beginning of a password.
    return (
        "found an unknown tag (!name); before a value only !secret NAME and !env NAME are known; "
        f"{QUOTES.format('!')}"
    )


def _odd_character(text: str) -> str:
    """Name the first control character or half of a surrogate pair: files and MQTT reject them."""
    odd = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"}), None)
    return f"U+{ord(odd):04X}" if odd else ""
