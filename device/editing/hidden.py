"""The node's file as it may be shown: a password in it is `!hidden NUMBER`, and comes back when it is saved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias, get_args

import yaml
from pydantic import BaseModel, SecretStr

from device.config import Config
from device.config.yaml.source import compose
from device.errors import ConfigError, Fault
from device.system.redaction import redact_address
from device.system.secret_address import SecretAddress

_Span: TypeAlias = tuple[int, int]

_TOKEN = re.compile(r"!hidden ([0-9]{1,4})(?![0-9])")
_REFERENCES = ("!secret", "!env")
# Without quotes, a setting that is not set.
_UNSET = {"null", "~"}
# In quotes, or up to a comment.
_WORDS = r"""\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^\n]*?(?=\s+#|\s*$)"""
_IN_COMMENT = r"#[^\n]*?"
_DRAFT = Path("facet.yaml")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text without its secrets.

    Attributes:
        text: what may be shown.
        originals: what stands in the file, by the number that takes its place, counted from 1.
    """

    text: str
    originals: tuple[str, ...]

    def restored(self, text: str, file: Path = _DRAFT) -> str:
        """Return a changed text with the secrets in their places; a number that is none of them stays.

        A text that is not YAML comes back as it is: nobody can save it, and the loader may quote it.

        Args:
            text: with numbers.
            file: what faults name.

        Raises:
            ConfigError: a number is where its secret would be seen, or is only a part of a value.
        """
        if not _is_yaml(text):
            return text
        parts: list[str] = []
        tokens: dict[_Span, re.Match[str]] = {}
        end = length = 0
        for token in _TOKEN.finditer(text):
            number = int(token[1])
            if not 0 < number <= len(self.originals):
                continue
            original = self.originals[number - 1]
            start = length + token.start() - end
            parts += [text[end : token.start()], original]
            end, length = token.end(), start + len(original)
            tokens[start, length] = token
        whole = "".join((*parts, text[end:]))
        if tokens:
            covered = set(_spans(whole, is_sure=True))
            exposed = [token for span, token in tokens.items() if span not in covered]
            if exposed:
                raise ConfigError(_exposed(token, file) for token in exposed)
        return whole


def hide(text: str) -> Hidden:
    """Take out what is, or may be, a secret: the values of such settings, also those in comments.

    `!secret NAME`, `!env NAME` and `null` stay, and so does a camera's device or path. In a text that is not YAML
    everything behind the name of such a setting is hidden.
    """
    parts: list[str] = []
    originals: list[str] = []
    end = 0
    for start, stop in sorted(_spans(text)):
        if start < end:
            continue
        originals.append(text[start:stop])
        parts += [text[end:start], f"!hidden {len(originals)}"]
        end = stop
    return Hidden("".join((*parts, text[end:])), tuple(originals))


def _compose(text: str) -> yaml.Node | None:
    return compose(_DRAFT, {_DRAFT: text.encode()})


def _is_yaml(text: str) -> bool:
    try:
        _compose(text)
    except ConfigError:
        return False
    return True


def _exposed(token: re.Match[str], file: Path) -> Fault:
    line = token.string.count("\n", 0, token.start()) + 1
    message = (
        f"{token[0]} stands for a secret and can only be the whole value of a secret setting; "
        "put it back where it was, or write the value itself"
    )
    return Fault(str(file), line, "", message)


def _spans(text: str, *, is_sure: bool = False) -> Iterator[_Span]:
    """Yield where secrets are, or may be.

    Args:
        text: of a file.
        is_sure: leave out what is in a value that only looks like a comment: the node shows that value.
    """
    try:
        node = _compose(text)
    except ConfigError:
        yield from _behind_names(text, "")
        return
    for start, stop in () if node is None else _values(node, ()):
        # PyYAML counts the end of the last line to a value of several lines.
        yield start, start + len(text[start:stop].rstrip())
    scalars = list(_scalars(node)) if is_sure and node is not None else []
    for start, stop in _behind_names(text, _IN_COMMENT):
        if not any(begin < stop and start < end for begin, end in scalars):
            yield start, stop


def _scalars(node: yaml.Node) -> Iterator[_Span]:
    """Yield where keys and single values stand."""
    if isinstance(node, yaml.ScalarNode):
        yield node.start_mark.index, node.end_mark.index
        return
    for child in node.value:
        for each in child if isinstance(child, tuple) else (child,):
            yield from _scalars(each)


@cache
def _settings() -> Mapping[tuple[str, ...], bool]:
    """Return the settings that may be secret, and whether they always are; an address may have nothing to hide."""
    return dict(_of(Config, ()))


def _of(section: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bool]]:
    for key, field in section.model_fields.items():
        for kind in _kinds(field.annotation):
            if kind in {SecretStr, SecretAddress}:
                yield (*above, key), kind is SecretStr
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _of(kind, (*above, key))


def _kinds(annotation: object) -> Iterator[object]:
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def _values(node: yaml.Node, above: tuple[str, ...]) -> Iterator[_Span]:
    """Yield where the values of secret settings stand, with their quotes."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _values(value, (*above, key.value))
        return
    is_always = _settings().get(above)
    if is_always is None or node.tag in _REFERENCES:
        return
    if isinstance(node, yaml.ScalarNode):
        is_unset = not node.value or (node.style is None and node.value in _UNSET)
        if is_unset or not (is_always or redact_address(node.value) != node.value):
            return
    yield node.start_mark.index, node.end_mark.index


def _behind_names(text: str, before: str) -> Iterator[_Span]:
    """Yield what stands behind the name of such a setting, wherever that is."""
    for setting, is_always in _settings().items():
        pattern = rf"{before}\b{setting[-1]}['\"]?[ \t]*:[ \t]*(?P<value>{_WORDS})"
        for found in re.finditer(pattern, text, re.MULTILINE):
            value = found["value"]
            if value.startswith(_REFERENCES) or value in _UNSET:
                continue
            if is_always or redact_address(value) != value:
                yield found.span("value")
