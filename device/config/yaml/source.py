"""YAML text to a tree of nodes, each with its line, through PyYAML's safe loader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import yaml

from device.config.yaml.scalar import RULES
from device.errors import ConfigError, Fault

Drafts: TypeAlias = Mapping[Path, bytes]
"""What files are to hold; read instead of what they hold now."""

MAX_BYTES = 64 * 1024
"""A node's settings take about two kilobytes; PyYAML reads this much in less than a second even on a Pi Zero."""
# The deepest setting is three levels down. Bounded because PyYAML recurses.
_MAX_DEPTH = 12

# None of these shows what was found: it may be a password.
QUOTES = "put text that begins with {} in quotes"
_ALIAS = f"an alias (*name); aliases are not supported, write the value out; {QUOTES.format('*')}"
_ANCHOR = f"an anchor (&name); anchors are not supported, remove it; {QUOTES.format('&')}"
_TAG = f"a tag (!name) that YAML cannot read; {QUOTES.format('!')}"
_BY_CONTEXT = {
    "while scanning an alias": _ALIAS,
    "while scanning an anchor": _ANCHOR,
    "while scanning a tag": _TAG,
    "while parsing a tag": _TAG,
    "while parsing a node": _TAG,
    "while scanning a block scalar": f"a value that begins with | or >; {QUOTES.format('| or >')}",
}
_NOT_A_START = re.compile(
    r"(?:found character|expected the node content, but found) '(?P<start>.)'(?: that cannot start any token)?"
)

_NEXT_STEP = "give another file with -c, or start from config.example.yaml"


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with the meaning of plain words from scalar.py; no anchors, aliases or deep nesting."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one value, which has no anchor, is not an alias, and is not nested too deeply."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, _ALIAS, mark)
        # An anchor without an alias does nothing in YAML, so that `password: &Secret1` would be no password.
        if event.anchor is not None:
            raise yaml.composer.ComposerError(None, None, _ANCHOR, mark)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            problem = f"lists or sections more than {_MAX_DEPTH} levels deep"
            raise yaml.composer.ComposerError(None, None, problem, mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in RULES:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)


def compose(path: Path, drafts: Drafts) -> yaml.Node | None:
    """Read a file as a tree of YAML nodes; None if it is empty.

    Args:
        path: the file.
        drafts: the content of files that are not written yet.

    Raises:
        ConfigError: the file cannot be read, or is not YAML. It has one fault.
    """
    text = _text(path, drafts)
    try:
        return _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        # What is never closed is only noticed at the end; the place where it begins is more helpful.
        at_end = "end of stream" in str(error.problem) or "<stream end>" in str(error.problem)
        mark = (at_end and error.context_mark) or error.problem_mark
        raise _fault(path, mark.line + 1 if mark else 0, _in_plain_words(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        # For text, PyYAML gives the character's number, although its stub declares otherwise.
        message = f"found the character U+{int(error.character):04X}, which YAML does not allow; remove it"
        raise _fault(path, line, message) from None
    except (ValueError, OverflowError) as error:
        # PyYAML turns escapes such as "\UFFFFFFFF" into characters without a check.
        raise _fault(path, 0, f"is not YAML: {error}; write characters as themselves") from None


def _fault(path: Path, line: int, message: str) -> ConfigError:
    return ConfigError([Fault(str(path), line, "", message)])


def _text(path: Path, drafts: Drafts) -> str:
    try:
        content = drafts[path] if path in drafts else _content(path)
    except FileNotFoundError:
        raise _fault(path, 0, f"does not exist; {_NEXT_STEP}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _fault(path, 0, f"cannot be read: {reason}; {_NEXT_STEP}") from None
    if len(content) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 1024} KiB, far more than a configuration needs; {_NEXT_STEP}"
        raise _fault(path, 0, message)
    try:
        # Editors on Windows put a byte order mark in front.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file in that encoding"
        raise _fault(path, line, message) from None


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _in_plain_words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "cannot be read as YAML"
    if r"'\t'" in problem:
        return "found a tab; YAML is indented with spaces"
    if isinstance(error, yaml.composer.ComposerError) and error.context is None:
        return f"found {problem}"
    if "but found another document" in problem:
        return "found a second document (---); the configuration is one"
    if start := _NOT_A_START.fullmatch(problem):
        return f"found a value that begins with {start['start']}; {QUOTES.format(start['start'])}"
    if problem_in_words := _BY_CONTEXT.get(error.context or ""):
        return f"found {problem_in_words}"
    context = f"{error.context}: " if error.context else ""
    return f"is not YAML: {context}{problem}; compare indentation, colons and quotes with config.example.yaml"
