"""What a plain word of the configuration file means.

A subset of YAML 1.1's rules (Home Assistant's users know its on, off, yes and no), without the unexpected ones: 0123 is
not an octal number, 12:30 is not a number to base sixty, 2026-01-01 is not a date, 1e-3 is a number. All else is text.
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

# Tag, pattern, and the characters that such a word may begin with, as PyYAML's resolver expects them.
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
    """The text behind a !secret or an !env, which has no type: a setting reads it as the type that it needs."""

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
    """Return the value of a word that is not in quotes.

    Raises:
        ValueError: it is a number with more digits than Python reads.
    """
    tag = next((tag for tag, pattern, _ in RULES if pattern.match(word)), STR)
    return CONSTRUCTORS[tag](word)
