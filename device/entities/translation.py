"""Names of entities in the owner's language. Ids, topics and states are the same in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import yaml

from device.config.sections.node import Language
from device.entities.kinds import Platform, Row

# English names are in the table itself, those of each other language in one file.
_FOLDER = Path(__file__).with_name("languages")


def translated(rows: Iterable[Row], language: Language) -> tuple[Row, ...]:
    """Return the rows with their names in a language.

    A label of an owner's own network keeps its name. So does a device trigger: automations refer to it by the name that
    Home Assistant shows.
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
