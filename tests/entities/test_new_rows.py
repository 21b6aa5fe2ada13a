"""A new entity is one row: everything else is a loop over the table. CONTRIBUTING.md shows these three."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

from device.config import Config
from device.discovery.payload import discovery_payload
from device.entities.commands import read_command
from device.entities.condition import Condition
from device.entities.documents import DIAGNOSTICS, SETTINGS, content
from device.entities.kinds import Button, Sensor, Switch
from device.entities.requests import Capture, Change
from device.entities.settings import Settings
from device.entities.table import CELEBA, entities
from device.mqtt.topics import Topics
from device.system.machine import Machine

CONFIG = Config.model_validate({"mqtt": {"host": "broker"}, "node": {"id": "hall"}})

SENSOR = Sensor(
    document=DIAGNOSTICS,
    key="queue_state",
    name="Queue state",
    meaning="Whether observations wait for the broker.",
    read=lambda node: "waiting" if node.queue_length else "empty",
)
SWITCH = Switch(
    document=SETTINGS,
    key="camera_in_use",
    name="Camera in use",
    meaning="Off while the camera is released for privacy.",
    read=lambda settings: not settings.privacy,
    write=lambda settings, value: replace(settings, privacy=not value),
)
BUTTON = Button(
    key="look",
    name="Look",
    meaning="Takes a burst now.",
    press=Capture(),
)
TABLE = (*entities(CONFIG, CELEBA), SENSOR, SWITCH, BUTTON)


def _without_settings(_settings: Settings, value: bool) -> bool:
    return value


def test_the_contributors_page_shows_these_three_rows() -> None:
    """What a contributor copies is what the tests below have tried."""
    root = Path(__file__).resolve().parents[2]
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    shown = [
        ast.dump(statement.value)
        for statement in ast.parse(block).body
        if isinstance(statement, ast.Expr)
    ]
    tried = [
        ast.dump(statement.value)
        for statement in ast.parse(Path(__file__).read_text(encoding="utf-8")).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in {"SENSOR", "SWITCH", "BUTTON"}
    ]
    assert shown == tried


def test_a_new_row_is_discovered() -> None:
    """Each with the topics that its class needs, and nothing that Home Assistant would reject."""
    payload = discovery_payload(CONFIG.node, Topics.of(CONFIG), TABLE, Machine())
    made = payload["components"]
    assert made["queue_state"]["state_topic"] == "facet/hall/diagnostics"
    assert made["queue_state"]["default_entity_id"] == "sensor.hall_queue_state"
    assert made["camera_in_use"]["state_topic"] == "facet/hall/settings"
    assert made["camera_in_use"]["command_topic"] == "facet/hall/set/camera_in_use"
    assert made["look"]["command_topic"] == "facet/hall/set/look"
    assert "state_topic" not in made["look"]


def test_a_new_sensor_has_its_value_in_its_document() -> None:
    """The row reads it."""
    empty, waiting = (
        content(DIAGNOSTICS, TABLE, Condition(model="attributes 1", queue_length=length))
        for length in (0, 3)
    )
    assert (empty["queue_state"], waiting["queue_state"]) == ("empty", "waiting")


def test_a_new_switch_shows_and_sets_its_setting() -> None:
    """The row reads and writes it."""
    settings = Settings.configured(CONFIG)
    assert content(SETTINGS, TABLE, settings)["camera_in_use"] == "ON"
    change = read_command(TABLE, "camera_in_use", b"OFF")
    assert isinstance(change, Change)
    assert change.apply(settings).privacy
    assert content(SETTINGS, TABLE, change.apply(settings))["camera_in_use"] == "OFF"


def test_a_new_button_asks_for_its_request() -> None:
    """No dispatch knows its key."""
    assert read_command(TABLE, "look", b"PRESS") == Capture()


def test_a_row_has_only_what_its_platform_has() -> None:
    """The type checker rejects a button with a minimum, a switch without settings, a sensor of another subject.

    Each line below would be an error to it; were one no longer, its comment would be.
    """
    Button(key="k", name="n", meaning="m", press=Capture())
    rejected = (
        lambda: Button(key="k", name="n", meaning="m", press=Capture(), minimum=1),  # type: ignore[call-arg]
        lambda: Button(key="k", name="n", meaning="m", press="restart"),  # type: ignore[arg-type]
        lambda: replace(SWITCH, write=_without_settings),  # type: ignore[arg-type]
        lambda: replace(SENSOR, read=lambda node: node.no_such_fact),  # type: ignore[attr-defined]
    )
    assert len(rejected) == 4
