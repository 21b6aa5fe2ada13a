"""Figures in the pages that follow from the code."""

from __future__ import annotations

import pytest

from device.config import Config
from device.discovery.selection import announced_rows
from device.entities.kinds import AttributeSensor, Platform
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.networks.card import read_card
from device.networks.files import model_path
from tests.documentation.pages import ROOT


def test_the_page_about_mqtt_names_what_is_published_although_it_starts_disabled() -> None:
    """For those who have used their entities."""
    config = Config.model_validate({"mqtt": {"host": "broker"}})
    rows = entities(config, Vocabulary.of(read_card(model_path(config.attributes.model))))
    names = [
        f"*{row.name}*"
        for row in rows
        if isinstance(row, AttributeSensor) and row.is_published and not row.is_enabled_by_default
    ]
    sentence = f"{', '.join(names[:-1])} and {names[-1]}."
    page = (ROOT / "docs/mqtt.md").read_text(encoding="utf-8")
    assert sentence in " ".join(page.split())


@pytest.mark.parametrize("discovery", ["full", "essential"])
def test_a_node_has_as_many_entities_as_the_page_about_fleets_says(discovery: str) -> None:
    """With a button, and nothing else that is optional."""
    config = Config.model_validate(
        {
            "mqtt": {"host": "broker", "discovery": discovery},
            "triggers": {"button": {"pin": 17}},
        }
    )
    card = read_card(model_path(config.attributes.model))
    rows = announced_rows(entities(config, Vocabulary.of(card)), config)
    triggers = [row for row in rows if row.platform is Platform.DEVICE_TRIGGER]
    enabled = sum(row.is_enabled_by_default for row in rows) - len(triggers)
    figures = f"| `{discovery}` | {len(rows) - len(triggers)} | {enabled} | {len(triggers)} | "
    assert figures in (ROOT / "docs/fleet.md").read_text(encoding="utf-8")
