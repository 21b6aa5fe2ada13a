"""The table of entities: complete, consistent, and what the owner makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from annotated_types import Ge, Le

from device.config import AttributeSettings, Config, MotionSettings
from device.config.sections.node import LANGUAGES, Language
from device.config.sections.section import Section
from device.discovery.reference import renewed
from device.entities.commands import takes_commands
from device.entities.documents import SETTINGS, STATE, rows_of
from device.entities.kinds import (
    AttributeSensor,
    Category,
    Number,
    Platform,
    Readable,
    Row,
    Select,
    Sensor,
)
from device.entities.outcome import Outcome
from device.entities.settings import Settings
from device.entities.table import CATALOGUE, CELEBA, LABELS, entities
from device.entities.translation import WORDS, translated
from device.entities.vocabulary import Vocabulary
from device.errors import EntityError
from device.networks.card import read_card
from device.networks.files import model_path, shipped_models
from device.observation import Reason

_ROOT = Path(__file__).resolve().parents[2]
_DOCS, _LANGUAGES = _ROOT / "docs", _ROOT / "device" / "entities" / "languages"


def configured(**sections: Mapping[str, object]) -> Config:
    """A configuration with these sections."""
    return Config.model_validate({"mqtt": {"host": "broker"}, **sections})


def attribute_sensors(table: Iterable[Row]) -> dict[str, AttributeSensor[Outcome]]:
    """The rows about an attribute, by its label."""
    return {row.attribute: row for row in table if isinstance(row, AttributeSensor)}


def by_key(table: tuple[Row, ...]) -> dict[str, Row]:
    """The table by key."""
    return {row.key: row for row in table}


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
        "Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Wearing_Necktie", "Goatee",
        "Mustache", "No_Beard", "Sideburns", "5_o_Clock_Shadow",
    ],
)  # fmt: skip
def test_what_is_objective_starts_enabled(label: str) -> None:
    """Two people would agree on it."""
    assert attribute_sensors(CATALOGUE)[label].is_enabled_by_default


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


def test_the_owner_enables_and_disables() -> None:
    """`enabled` makes a shy attribute start enabled, `disabled` takes one out of the table."""
    config = configured(attributes={"enabled": ["Wavy_Hair"], "disabled": ["Bald"]})
    table = by_key(entities(config, CELEBA))
    assert table["wavy_hair"].is_enabled_by_default
    assert "bald" not in table
    assert not table["young"].is_enabled_by_default


def test_an_unreliable_label_starts_disabled_unless_the_owner_asks() -> None:
    """What the network cannot promise is not offered; who wants it anyway gets it."""
    wanted = configured(attributes={"enabled": ["Goatee"]})
    table = by_key(entities(wanted, replace(CELEBA, unreliable=frozenset({"Goatee", "Bald"}))))
    assert not table["bald"].is_enabled_by_default
    assert table["goatee"].is_enabled_by_default
    assert table["smiling"].is_enabled_by_default


@pytest.mark.parametrize("motion", [None, {"pin": 4}], ids=["no sensor", "sensor"])
def test_motion_has_entities_only_with_a_sensor(motion: dict[str, int] | None) -> None:
    """A switch without anything behind it would only ask questions."""
    table = by_key(entities(configured(triggers={"motion": motion}), CELEBA))
    for key in ("motion_trigger", "motion_cool_down", "motion"):
        assert (key in table) == (motion is not None)


@pytest.mark.parametrize(
    ("allowed", "modes"),
    [
        ("off", None),
        ("blurred", ("off", "blurred")),
        ("crop", ("off", "blurred", "crop")),
        ("full", ("off", "blurred", "crop", "full")),
    ],
)
def test_pictures_have_entities_only_where_they_may_leave(
    allowed: str, modes: tuple[str, ...] | None
) -> None:
    """And Home Assistant may choose less than the file allows, never more."""
    table = by_key(entities(configured(privacy={"picture": allowed}), CELEBA))
    assert ("picture" in table) == (modes is not None)
    row = table.get("picture_mode")
    assert (row.options if isinstance(row, Select) else None) == modes


@pytest.mark.parametrize("model", ["attributes", "/srv/own.tflite"])
@pytest.mark.parametrize("allow_install", [True, False])
def test_updates_have_entities_as_far_as_the_owner_wants_them(
    model: str, allow_install: bool
) -> None:
    """Without an index only the software's; the owner's own network has no updates; none installs by itself."""
    plain = by_key(entities(configured(), CELEBA))
    assert "attribute_network" not in plain
    assert "last_update" not in plain
    assert not takes_commands(plain["software"])
    updates = {"index": "/srv/index.json", "allow_install": allow_install, "public_key": "/srv/key"}
    table = by_key(entities(configured(updates=updates, attributes={"model": model}), CELEBA))
    assert "last_update" in table
    assert ("attribute_network" in table) == (model == "attributes")
    assert takes_commands(table["software"]) is allow_install


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
        assert found == [*(row.key for row in CATALOGUE), WORDS]


def test_a_language_changes_what_people_read_and_nothing_else() -> None:
    """An automation or a dashboard works in all of them, except for the types of *Seen*, which are names."""
    english, german = (
        by_key(entities(configured(node={"language": language}), CELEBA))
        for language in ("en", "de")
    )
    assert german["eyeglasses"].name == "Brille"
    assert german["eyeglasses_detected"].name == english["eyeglasses_detected"].name
    assert {key: _wordless(row) for key, row in german.items() if key != "seen"} == {
        key: _wordless(row) for key, row in english.items() if key != "seen"
    }


def _wordless(row: Row) -> Row:
    nameless = replace(row, name="")
    return replace(nameless, words={}) if isinstance(nameless, Readable) else nameless


def test_enabled_attributes_and_a_button_are_device_triggers() -> None:
    """What starts disabled has none, and neither has a node without a button."""
    table = entities(configured(triggers={"button": {"pin": 17}}), CELEBA)
    triggers = {row.key for row in table if row.platform is Platform.DEVICE_TRIGGER}
    enabled = {
        row.key for row in attribute_sensors(CATALOGUE).values() if row.is_enabled_by_default
    }
    assert triggers == {"button_pressed", *(f"{key}_detected" for key in enabled)}
    assert "button_pressed" not in by_key(entities(configured(), CELEBA))


def test_attributes_are_those_of_the_network() -> None:
    """A network that answers less or something else gets the entities for what it answers."""
    table = entities(configured(), Vocabulary(labels=("Smiling", "Wearing_Mask")))
    rows = attribute_sensors(table)
    assert set(rows) == {"Smiling", "Wearing_Mask"}
    assert rows["Wearing_Mask"].key == "wearing_mask"
    assert rows["Wearing_Mask"].name == "Wearing mask"


@pytest.mark.parametrize(
    "labels",
    [
        ["Red Hair", "Red_Hair"],  # one key for both
        ["Face Count"],  # the key of a fixed row
        ["???"],  # nothing is left for a key
    ],
)
def test_labels_that_cannot_be_told_apart_are_an_error(labels: list[str]) -> None:
    """The error names the labels, and where to change them."""
    with pytest.raises(EntityError, match=r"attributes\.model: .*rename the labels"):
        entities(configured(), Vocabulary(labels=tuple(labels)))


def test_the_table_in_the_documentation_is_current() -> None:
    """docs/mqtt.md shows every row as it is."""
    page = (_DOCS / "mqtt.md").read_text(encoding="utf-8")
    assert page == renewed(page), "stale: run python -m device.discovery.reference docs/mqtt.md"


def test_a_page_without_marks_is_not_overwritten() -> None:
    """The generator touches only what is between its marks."""
    with pytest.raises(ValueError, match="the page has no"):
        renewed("# Another page\n")


def test_the_colors_and_styles_are_those_of_the_network() -> None:
    """A network that says "red" has a sensor that Home Assistant accepts it from."""
    vocabulary = replace(CELEBA, hair_colors=("red", "black"), facial_hair=("none", "moustache"))
    table = by_key(entities(configured(), vocabulary))
    hair, beard = table["hair_color"], table["facial_hair"]
    assert isinstance(hair, Sensor)
    assert isinstance(beard, Sensor)
    assert (hair.options, beard.options) == (("red", "black"), ("none", "moustache"))


def test_the_shipped_networks_speak_the_default_vocabulary() -> None:
    """The catalogue in the documentation shows what the networks that ship can answer."""
    for name in shipped_models():
        vocabulary = Vocabulary.of(read_card(model_path(name)))
        assert replace(vocabulary, unreliable=frozenset()) == CELEBA
