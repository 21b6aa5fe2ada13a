"""How urgent a command is, whatever it contains."""

from __future__ import annotations

import pytest

from device.config import Config
from device.entities.settings import Settings
from device.entities.table import CELEBA, entities
from device.mqtt.events import Command
from device.node.triage import Triage, Urgency

CONFIG = Config.model_validate(
    {
        "mqtt": {"host": "broker"},
        "triggers": {"motion": {"pin": 4}},
        # What is switched on already must be as urgent: it may be switched off a moment later.
        "privacy": {"enabled": True},
    }
)


@pytest.mark.parametrize(
    ("key", "payload", "urgency"),
    [
        ("privacy", b"ON", Urgency.PRIVACY),
        ("privacy", b"OFF", Urgency.SETTING),
        ("motion_trigger", b"ON", Urgency.SETTING),
        ("threshold_offset", b"0.1", Urgency.SETTING),
        ("capture", b"PRESS", Urgency.PRESS),
        ("restart", b"PRESS", Urgency.PRESS),
        ("privacy", b"on", Urgency.NONSENSE),
        ("privacy", b"\0" * 4000, Urgency.NONSENSE),
        ("threshold_offset", b"9", Urgency.NONSENSE),
        ("face_count", b"1", Urgency.NONSENSE),
        ("", b"", Urgency.NONSENSE),
    ],
)
def test_each_command_has_its_urgency(key: str, payload: bytes, urgency: Urgency) -> None:
    """Only what turns privacy on comes before everything."""
    triage = Triage(entities(CONFIG, CELEBA), Settings.configured(CONFIG))
    assert triage(Command(key, payload)) is urgency
