"""The table of all entities is complete, consistent and documented."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from annotated_types import Ge, Le

from device.config import AttributeSettings, MotionSettings
from device.config.sections.node import LANGUAGES, Language
from device.config.sections.section import Section
from device.discovery.reference import with_new_table
from device.entities.documents import SETTINGS, STATE, rows_of
from device.entities.kinds import AttributeSensor, Category, Number, Platform, Sensor
from device.entities.person_device import PERSON_DEVICE
from device.entities.settings import Settings
from device.entities.table import CATALOGUE, CELEBA, LABELS
from device.entities.translation import WORDS, translated
from device.entities.vocabulary import Vocabulary
from device.networks.card import read_card
from device.networks.files import model_path, shipped_models
from device.observation import Reason
from tests.entities.rows import attribute_sensors, by_key

_ROOT = Path(__file__).resolve().parents[2]
_DOCS, _LANGUAGES = _ROOT / "docs", _ROOT / "device" / "entities" / "languages"


def test_every_attribute_of_celeba_is_a_binary_sensor() -> None:
    """40 labels, 40 rows that speak of them."""
    rows = list(attribute_sensors(CATALOGUE).values())
    assert len(LABELS) == len(set(LABELS)) == len(rows) == 40
    assert {row.platform for row in rows} == {Platform.BINARY_SENSOR}
    assert {row.document for row in rows} == {STATE}
    assert all(row.needs_camera for row in rows)


def test_no_switch_belongs_to_the_main_purpose_of_the_device() -> None:
    """Home Assistant turns off what has no category together with its area, and privacy is not a lamp."""
    switches = [row for row in CATALOGUE if row.platform is Platform.SWITCH]
    assert {row.key: row.category for row in switches} == {
        "motion_trigger": Category.CONFIG,
        "privacy": Category.CONFIG,
    }


def test_keys_are_unique_and_fit_topics_and_templates() -> None:
    """A key stands in topics, JSON and Jinja: lower case, digits and underscores."""
    keys = [row.key for row in CATALOGUE]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", key) for key in keys)


@pytest.mark.parametrize(
    "label",
    [
        "Attractive", "Chubby", "Big_Nose", "Pale_Skin", "Male", "Young", "Big_Lips", "Oval_Face",
        "Heavy_Makeup", "Double_Chin", "High_Cheekbones", "Bags_Under_Eyes", "Narrow_Eyes",
    ],
)  # fmt: skip
def test_what_is_subjective_or_sensitive_starts_disabled(label: str) -> None:
    """Nobody is called chubby without having asked for it."""
    assert not attribute_sensors(CATALOGUE)[label].is_enabled_by_default


@pytest.mark.parametrize(
    "label",
    [
        "Eyeglasses", "Wearing_Hat", "Smiling", "Mouth_Slightly_Open", "Bangs", "Bald",
        "Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Wearing_Necktie",
    ],
)  # fmt: skip
def test_what_is_objective_starts_enabled(label: str) -> None:
    """Two people would agree on it."""
    assert attribute_sensors(CATALOGUE)[label].is_enabled_by_default


@pytest.mark.parametrize(
    "label", ["Goatee", "Mustache", "No_Beard", "Sideburns", "5_o_Clock_Shadow"]
)
def test_what_another_entity_tells_better_starts_disabled_and_is_published(label: str) -> None:
    """Whoever has the entity already keeps it: Home Assistant asks whether to enable one only when it is new."""
    row = attribute_sensors(CATALOGUE)[label]
    assert not row.is_enabled_by_default
    assert row.is_published


def test_what_few_owners_look_for_starts_disabled() -> None:
    """What the device's page shows anyway, and how the machine fares; all other controls and diagnostics are there."""
    others = [row for row in CATALOGUE if not isinstance(row, AttributeSensor)]
    assert {row.key for row in others if not row.is_enabled_by_default} == {
        "model", "version", "under_voltage", "wifi_signal", "disk_free", "last_start",
    }  # fmt: skip


def test_last_result_knows_every_reason() -> None:
    """A new reason cannot be forgotten: Home Assistant rejects a value that is not an option."""
    row = by_key(CATALOGUE)["last_result"]
    assert isinstance(row, Sensor)
    assert set(row.options) == {"face", *(reason.value for reason in Reason)}


def test_settings_and_their_entities_are_the_same() -> None:
    """The settings document has a value for each of its entities, under the same key."""
    rows = {row.key for row in rows_of(SETTINGS, CATALOGUE)}
    assert rows == {field.name for field in fields(Settings)}


@pytest.mark.parametrize(
    ("key", "section", "field"),
    [
        ("threshold_offset", AttributeSettings, "threshold_offset"),
        ("motion_cool_down", MotionSettings, "cool_down"),
    ],
)
def test_a_number_has_the_bounds_of_its_setting(
    key: str, section: type[Section], field: str
) -> None:
    """What the file may say Home Assistant may set, and no more."""
    row = by_key(CATALOGUE)[key]
    assert isinstance(row, Number)
    metadata = section.model_fields[field].metadata
    assert Ge(row.minimum) in metadata
    assert Le(row.maximum) in metadata


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_every_entity_differently(language: Language) -> None:
    """Names are unique, as short as Home Assistant's own, and every key of a file is an entity's."""
    table = translated(CATALOGUE, language)
    names = [row.name for row in table]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 40 for name in names)
    assert [row.key for row in table] == [row.key for row in CATALOGUE]
    if language != "en":
        file = _LANGUAGES / f"{language}.yaml"
        found = list(yaml.safe_load(file.read_text(encoding="utf-8")))
        assert found == [*(row.key for row in (*CATALOGUE, *PERSON_DEVICE)), WORDS]


def test_the_table_in_the_documentation_is_current() -> None:
    """docs/mqtt.md shows every row as it is."""
    page = (_DOCS / "mqtt.md").read_text(encoding="utf-8")
    assert page == with_new_table(page), (
        "stale: run python -m device.discovery.reference docs/mqtt.md"
    )


def test_a_page_without_marks_is_not_overwritten() -> None:
    """The generator touches only what is between its marks."""
    with pytest.raises(ValueError, match="the page has no"):
        with_new_table("# Another page\n")


def test_the_shipped_networks_speak_the_default_vocabulary() -> None:
    """The catalogue in the documentation shows what the networks that ship can answer."""
    for name in shipped_models():
        vocabulary = Vocabulary.of(read_card(model_path(name)))
        assert replace(vocabulary, unreliable=frozenset()) == CELEBA
