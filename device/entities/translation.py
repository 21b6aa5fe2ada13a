"""What people read, in the owner's language. Ids, topics and states are the same in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml

from device.config.sections.node import Language
from device.entities.kinds import Platform, Readable, Row

# English is in the table itself, each other language in one file.
_FOLDER = Path(__file__).with_name("languages")

RowT = TypeVar("RowT", bound=Row)

WORDS = "_words"
"""The key of a language's file under which the words stand; no row's key begins so."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """One language.

    Attributes:
        names: of the entities, by key.
        words: of a row, by its key and then as in Readable.words.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def put_into(self, row: RowT) -> RowT:
        """Return a row with its name and its words."""
        named = replace(row, name=self.names.get(row.key, row.name))
        if isinstance(named, Readable):
            return replace(named, words={**named.words, **self.words.get(row.key, {})})
        return named


def translated(rows: Iterable[RowT], language: Language) -> tuple[RowT, ...]:
    """Return the rows with their names and words in a language.

    A label of an owner's own network keeps its name. So does a device trigger: automations refer to it by the name that
    Home Assistant shows.
    """
    texts = _texts(language)
    return tuple(
        row if row.platform is Platform.DEVICE_TRIGGER else texts.put_into(row) for row in rows
    )


@cache
def _texts(language: Language) -> _Texts:
    if language == "en":
        return _Texts()
    names = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    words = names.pop(WORDS)
    return _Texts(names, words)
