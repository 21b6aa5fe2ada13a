"""Words for people: every state that a machine reads is said in each language, and changes no state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from device.config.sections.node import LANGUAGES, Language
from device.entities.kinds import Readable, Sensor
from device.entities.table import CATALOGUE
from device.entities.translation import WORDS, translated
from device.entities.update import BY_HAND, Update

_LANGUAGES = Path(__file__).resolve().parents[2] / "device" / "entities" / "languages"

SPEAKING = {row.key: row for row in CATALOGUE if isinstance(row, Readable) and row.words}


def speaking(language: Language) -> dict[str, Readable[Any]]:
    """The rows with words, in a language."""
    return {
        row.key: row
        for row in translated(CATALOGUE, language)
        if isinstance(row, Readable) and row.words
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_of_an_enum_has_different_words(language: Language) -> None:
    """Each option once, and short enough for a tile."""
    enums = [row for row in speaking(language).values() if isinstance(row, Sensor)]
    assert len(enums) == sum(isinstance(row, Sensor) and bool(row.options) for row in CATALOGUE)
    for row in enums:
        assert set(row.words) == set(row.options), row.key
        assert len(set(row.words.values())) == len(row.words), row.key
        assert all(0 < len(word) <= 40 for word in row.words.values()), row.key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_language_says_all_that_english_says_and_nothing_else(language: Language) -> None:
    """No word of a file is for a state or an entity that there is not."""
    text = (_LANGUAGES / f"{language}.yaml").read_text(encoding="utf-8")
    words = yaml.safe_load(text)[WORDS]
    assert {key: set(said) for key, said in words.items()} == {
        key: set(row.words) for key, row in SPEAKING.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_update_says_how_it_is_installed_and_leaves_room_for_what_is_new(
    language: Language,
) -> None:
    """With the version in the command, so that it can be copied."""
    updates = [row for row in speaking(language).values() if isinstance(row, Update)]
    assert len(updates) == 2
    assert all(len(row.words[BY_HAND]) < 180 for row in updates)
    by_hand = {row.key: row.words[BY_HAND] for row in updates}
    assert "install.sh --version {version}" in by_hand["software"]
    assert "updates.allow_install" in by_hand["attribute_network"]
