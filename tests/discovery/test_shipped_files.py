"""What a user copies into Home Assistant names only entities and attributes that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from device.discovery.payload import entity_id
from device.entities.attributes import ATTRIBUTES
from device.entities.kinds import Platform, Sensor
from device.entities.table import CATALOGUE, LABELS, offered
from device.networks.card import read_card
from device.networks.files import model_path

_FOLDER = Path(__file__).resolve().parents[2] / "homeassistant"
_BLUEPRINTS = sorted((_FOLDER / "blueprints" / "automation" / "facet").glob("*.yaml"))
_DASHBOARDS = sorted((_FOLDER / "dashboards").glob("*.yaml"))
_IDS = {entity_id(row, "facet") for row in CATALOGUE}
_OFFERED = set(offered(LABELS, read_card(model_path("attributes")).unreliable))
_ENTITY = re.compile(rf"\b(?:{'|'.join(Platform)})\.\w+")
_SHIPPED = {
    "attribute", "conditional", "entities", "glance", "grid", "heading", "history-graph", "numeric-input",
    "picture-entity", "sections", "select-options", "tile",
}  # fmt: skip


class _Loader(yaml.SafeLoader):
    """YAML with Home Assistant's !input."""


_Loader.add_constructor("!input", lambda _loader, node: f"!input {node.value}")


def load(file: Path) -> Any:  # noqa: ANN401 - YAML
    """A file as Home Assistant reads it."""
    return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader's child


def inputs(section: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every input of a blueprint, those in sections included."""
    for name, entry in section.items():
        if "input" in entry:
            yield from inputs(entry["input"])
        else:
            yield name, entry


@pytest.mark.parametrize("file", _DASHBOARDS, ids=lambda file: file.name)
def test_a_dashboard_shows_entities_that_there_are(file: Path) -> None:
    """For the default id nothing has to be changed, and for another one only what sed changes."""
    text = "\n".join(line.partition("#")[0] for line in file.read_text("utf-8").splitlines())
    shown = set(_ENTITY.findall(text)) - {"button.press"}
    assert shown
    assert shown <= _IDS
    assert text.count("facet_") == len(_ENTITY.findall(text)) - text.count("button.press")


@pytest.mark.parametrize("file", _DASHBOARDS, ids=lambda file: file.name)
def test_a_dashboard_shows_no_entity_that_starts_disabled(file: Path) -> None:
    """It would be a row that says that there is no such entity."""
    text = file.read_text("utf-8")
    disabled = {entity_id(row, "facet") for row in CATALOGUE if not row.is_enabled_by_default}
    assert not disabled & set(_ENTITY.findall(text))


def test_a_dashboard_says_in_words_what_has_words() -> None:
    """In the node's language; a history and a glance can show states only."""
    speaking = {
        entity_id(row, "facet") for row in CATALOGUE if isinstance(row, Sensor) and row.words
    }
    lines = (_FOLDER / "dashboards" / "facet.yaml").read_text("utf-8").splitlines()
    tiles = [n for n, line in enumerate(lines) if line.strip() == "- type: tile"]
    shown = {lines[n + 1].split()[-1]: lines[n + 3].strip() for n in tiles}
    assert speaking <= set(shown)
    assert {shown[entity] for entity in speaking} == {"state_content: text"}


def test_a_dashboard_is_made_of_cards_that_home_assistant_ships() -> None:
    """Nobody has to install anything from elsewhere."""
    for file in _DASHBOARDS:
        assert set(re.findall(r"type: (\S+)", file.read_text("utf-8"))) <= _SHIPPED


def test_the_dashboard_shows_every_attribute_of_wear_and_hair_that_starts_enabled() -> None:
    """Except the colours of hair, which the sensor of the hair shows, and the absence of a beard."""
    shown = set(_ENTITY.findall((_FOLDER / "dashboards" / "facet.yaml").read_text("utf-8")))
    told_otherwise = {"black_hair", "blond_hair", "brown_hair", "gray_hair", "no_beard"}
    ids = {entity_id(row, "facet"): row for row in ATTRIBUTES}
    wanted = {i for i, r in ids.items() if r.attribute in _OFFERED and r.key not in told_otherwise}
    assert ids.keys() & shown == wanted, "what starts disabled would be an empty tile"


@pytest.mark.parametrize("file", _BLUEPRINTS, ids=lambda file: file.stem)
def test_every_input_of_a_blueprint_explains_itself(file: Path) -> None:
    """A form of fields with names, words and selectors; each is used."""
    blueprint = load(file)["blueprint"]
    found = dict(inputs(blueprint["input"]))
    assert all({"name", "description", "selector"} <= set(entry) for entry in found.values())
    used = set(re.findall(r"!input (\w+)", file.read_text("utf-8")))
    assert used == set(found)


@pytest.mark.parametrize("file", _BLUEPRINTS, ids=lambda file: file.stem)
def test_no_blueprint_waits_for_a_change_from_off(file: Path) -> None:
    """After a restart a sensor goes from unavailable to on, and such a trigger would miss it."""
    for trigger in load(file)["triggers"]:
        assert "from" not in trigger


def test_the_blueprint_offers_every_attribute() -> None:
    """Under the name of its entity, and by the one that the observation has for it."""
    blueprint = load(_FOLDER / "blueprints" / "automation" / "facet" / "attribute_detected.yaml")
    attributes = dict(inputs(blueprint["blueprint"]["input"]))["attributes"]
    options = attributes["selector"]["select"]["options"]
    values = [option["value"] for option in options]
    assert sorted(values) == sorted(LABELS)
    names = {row.attribute: row.name for row in ATTRIBUTES}
    assert {option["value"]: option["label"] for option in options} == names
    assert set(values[: len(_OFFERED)]) == _OFFERED, "what starts enabled comes first"
