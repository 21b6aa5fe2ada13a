"""What a plain word of the configuration file means.

A part of YAML 1.1's rules (Home Assistant's users know its on, off, yes and no), less what surprises: 0123 is no octal
number, 12:30 no number of base sixty, 2026-01-01 no date, and 1e-3 is a number. Whatever is none of these is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

NULL = "tag:yaml.org,2002:null"
BOOL = "tag:yaml.org,2002:bool"
INT = "tag:yaml.org,2002:int"
FLOAT = "tag:yaml.org,2002:float"
STR = "tag:yaml.org,2002:str"

# Tag, what such a word looks like, and the characters it may begin with: as PyYAML's resolver wants it.
RULES: tuple[tuple[str, re.Pattern[str], list[str]], ...] = (
    (NULL, re.compile(r"(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (
        BOOL,
        re.compile(
            r"(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$"
        ),
        list("yYnNtTfFoO"),
    ),
    (INT, re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")),
    (
        FLOAT,
        re.compile(r"[-+]?(?=\.?[0-9])(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$"),
        list("-+0123456789."),
    ),
)
_TRUE = {"yes", "true", "on"}
_FALSE = {"no", "false", "off"}


class Reference(str):
    """The text behind a !secret or an !env, which has no type of its own: a setting takes it as what it needs."""

    __slots__ = ()


def _bool(word: str) -> bool:
    if word.lower() not in _TRUE | _FALSE:
        raise ValueError(word)
    return word.lower() in _TRUE


CONSTRUCTORS: Mapping[str, Callable[[str], Scalar]] = {
    NULL: lambda _: None,
    BOOL: _bool,
    INT: int,
    FLOAT: float,
    STR: str,
}
"""By tag; each may raise ValueError."""


def meaning(word: str) -> Scalar:
    """Return what a word stands for where it is not in quotes.

    Raises:
        ValueError: it is a number with more digits than Python reads.
    """
    tag = next((tag for tag, pattern, _ in RULES if pattern.match(word)), STR)
    return CONSTRUCTORS[tag](word)
