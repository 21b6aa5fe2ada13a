"""What Home Assistant's page of the device shows of a Raspberry Pi, which no machine of these tests is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from device.config import Config
from device.discovery.payload import discovery_payload
from device.entities.condition import Condition
from device.entities.diagnostics import CONDITION
from device.entities.documents import DIAGNOSTICS, content
from device.entities.table import CATALOGUE
from device.mqtt.topics import ONLINE, Topics
from device.system.compact_json import compact
from device.system.vitals import Vitals
from tests.boards import RASPBERRY_PI
from tests.broker.mosquitto import wait_for
from tests.homeassistant.installation import Installation
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant

_NODE = {"id": "belfry", "publish_mac_address": True}
_CONFIG = Config.model_validate({"mqtt": {"host": "broker"}, "node": _NODE})
_TOPICS = Topics.of(_CONFIG)
_ROWS = [
    replace(row, is_enabled_by_default=True) for row in CONDITION if not row.is_enabled_by_default
]
_CONDITION = Condition(
    model="attributes 1",
    vitals=Vitals(cpu_temperature=51, wifi_signal=-56, disk_free=40),
    is_under_voltage=True,
    started_at=datetime(2026, 11, 24, 18, tzinfo=UTC),
)


def _messages() -> Mapping[str, str]:
    """Return what such a node publishes, with the diagnostics that start disabled."""
    discovery = discovery_payload(_CONFIG.node, _TOPICS, _ROWS, RASPBERRY_PI)
    return {
        _TOPICS.discovery: compact(discovery),
        _TOPICS.document(DIAGNOSTICS): compact(content(DIAGNOSTICS, _ROWS, _CONDITION)),
        _TOPICS.status: ONLINE,
    }


def test_it_shows_the_board_and_how_it_fares(any_setup: Setup) -> None:
    """Its owner lets Home Assistant join it with what a router shows of it, and has enabled all diagnostics."""
    client = any_setup.client
    with any_setup.overhear(_TOPICS.discovery) as pi:
        for topic, payload in _messages().items():
            pi.publish(topic, payload, retain=True)
        client.expect("sensor.belfry_wifi_signal", "-56")
        client.expect("sensor.belfry_disk_free", "40")
        client.expect("binary_sensor.belfry_under_voltage", "on")
        client.expect("sensor.belfry_last_start", "2026-11-24T18:00:00+00:00")
        shown = client.devices()["facet_belfry"]
        assert shown["model"] == RASPBERRY_PI.model
        assert shown["model_id"] == RASPBERRY_PI.model_id
        assert shown["hw_version"] == RASPBERRY_PI.revision
        assert shown["serial_number"] == RASPBERRY_PI.serial_number
        assert shown["connections"] == [["mac", RASPBERRY_PI.mac_address]]
        for topic in _messages():
            pi.publish(topic, "", retain=True)
        wait_for(lambda: "facet_belfry" not in client.devices(), "the device is gone")


@pytest.mark.parametrize("edition", ["newest", "floor"])
def test_home_assistant_has_every_icon_of_the_table(
    edition: str, request: pytest.FixtureRequest
) -> None:
    """One that it lacks would be an empty place."""
    home: Installation = request.getfixturevalue(edition)
    wanted = {row.icon for row in CATALOGUE if row.icon is not None}
    assert wanted
    assert not wanted - home.icons()
