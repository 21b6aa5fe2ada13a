"""Every payload that a node can publish, through Home Assistant's own MQTT integration.

Runs in the environment of the floor version, which has Home Assistant's fixtures and nothing of Facet:
../test_payloads.py writes the messages into a file and names it in $FACET_SCRIPTS.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message

SCRIPTS: dict[str, dict[str, Any]] = json.loads(Path(os.environ["FACET_SCRIPTS"]).read_text())

# Loggers. Others warn of the fixtures themselves, and of steps that take long on a busy machine.
_OF_INTEREST = (
    "homeassistant.components",
    "homeassistant.helpers.entity",
    "homeassistant.helpers.template",
)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the integration's own keep-alive outlive the test."""
    return True


@pytest.mark.usefixtures("mock_hass_config")  # an empty configuration.yaml
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_home_assistant_accepts_everything(
    hass: HomeAssistant,
    mqtt_mock_entry: Any,  # noqa: ANN401 - a function of Home Assistant's fixtures
    caplog: pytest.LogCaptureFixture,
    script: dict[str, Any],
) -> None:
    """The messages of a node one after the other: all entities come and go, and nothing is logged as a warning."""
    await mqtt_mock_entry()
    for topic, payload in script["messages"]:
        message = bytes.fromhex(payload["hex"]) if isinstance(payload, dict) else payload
        async_fire_mqtt_message(hass, topic, message)
        await hass.async_block_till_done()
    complaints = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name.startswith(_OF_INTEREST)
    ]
    assert not complaints
    registered = entity_registry.async_get(hass).entities
    assert set(registered) == set(script["entities"])
    enabled = {name for name, entry in registered.items() if not entry.disabled}
    states = {name: hass.states.get(name) for name in enabled}
    assert {
        name: state.state for name, state in states.items() if name in script["states"]
    } == script["states"]
    unavailable = {name for name, state in states.items() if state.state == "unavailable"}
    assert unavailable == set(script["unavailable"])
