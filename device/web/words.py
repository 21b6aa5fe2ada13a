"""What the page says, in the reader's language: one file for each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from device.config.sections.node import LANGUAGES, Language

_FOLDER = Path(__file__).with_name("languages")


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
