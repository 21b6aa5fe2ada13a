"""The names of topics."""

from __future__ import annotations

import pytest

from device.entities.documents import EVENT
from device.mqtt.topics import Topics


@pytest.mark.parametrize(
    ("topic", "key"),
    [
        ("facet/hall/set/privacy", "privacy"),
        ("facet/hall/set/a/b", "a/b"),
        ("facet/hall/setting", None),
        ("facet/hallway/set/privacy", None),
        ("homeassistant/status", None),
    ],
)
def test_a_command_topic_gives_its_key(topic: str, key: str | None) -> None:
    """Other topics, also those of nodes with a similar id, are not commands."""
    assert Topics("facet", "hall").command_key(topic) == key


@pytest.mark.parametrize("name", ["event", EVENT])
def test_a_document_is_named_by_text_or_by_a_document_of_the_entities(name: str) -> None:
    """Transport need not know which documents there are."""
    assert Topics("facet", "hall").document(name) == "facet/hall/event"
