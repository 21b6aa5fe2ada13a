"""What the page says, in the reader's language: one file for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from device.config.sections.node import LANGUAGES, Language

_VARYING = re.compile(r"{\d+}")
_FOLDER = Path(__file__).with_name("languages")


@cache
def sentences(language: Language) -> tuple[tuple[str, str], ...]:
    """Return what else the node says in English, and the same in a language; {1}, {2}, ... are what varies.

    It stands where faults and what came of something are written, and goes to the log and to MQTT as well. A text is
    said by the first one that it matches: those with the most text of their own come first.
    """
    if language == "en":
        return ()
    path = _FOLDER / "sentences" / f"{language}.yaml"
    known = yaml.safe_load(path.read_text(encoding="utf-8"))
    pairs = {**known["joints"], **known["sentences"]}.items()
    return tuple(sorted(pairs, key=lambda pair: -len(_VARYING.sub("", pair[0]))))


@cache
def words(language: Language) -> Mapping[str, str]:
    """Return the texts of a language by their keys; each language has the same."""
    texts: Mapping[str, str] = yaml.safe_load(
        (_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    )
    return texts


def preferred(accepted: str, otherwise: Language) -> Language:
    """Return the language that a browser asks for, of those that there are.

    Args:
        accepted: the header Accept-Language, for instance "fr-CH, fr;q=0.9, en;q=0.8".
        otherwise: the node's.
    """
    wanted: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        tag, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        wanted.append((-weight, tag.partition("-")[0].lower()))
    for _weight, tag in sorted(wanted, key=lambda pair: pair[0]):
        for language in LANGUAGES:
            if tag == language:
                return language
    return otherwise
