"""Names of entities in the owner's language. Ids, topics and states are the same in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from device.config.sections.node import Language
from device.entities.kinds import Entity, Platform

# English stands in the table itself, each other language in a file of its own.
_FOLDER = Path(__file__).with_name("languages")


def translated(rows: Iterable[Entity], language: Language) -> tuple[Entity, ...]:
    """Return the rows with their names in a language.

    A label of the owner's own network keeps its name. So does a device trigger: what Home Assistant shows of it is also
    by what an automation refers to it.
    """
    names = _names(language)
    return tuple(
        row
        if row.platform is Platform.DEVICE_TRIGGER
        else replace(row, name=names.get(row.key, row.name))
        for row in rows
    )


@cache
def _names(language: Language) -> Mapping[str, str]:
    if language == "en":
        return {}
    text = (_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    names: dict[str, str] = yaml.safe_load(text)
    return names
