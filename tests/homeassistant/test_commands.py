"""What is switched and set in Home Assistant changes the node, and comes back as its state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.homeassistant.house import House

pytestmark = pytest.mark.homeassistant


def test_the_privacy_switch_releases_the_camera_and_gives_it_back(
    newest_house: House, smiling: Path
) -> None:
    """What needs the camera is unavailable meanwhile, and a press is answered with the reason."""
    client = newest_house.client
    with newest_house.node("bathroom", smiling):
        client.act("switch.turn_on", entity_id="switch.bathroom_privacy")
        client.expect("switch.bathroom_privacy", "on")
        client.expect("binary_sensor.bathroom_smiling", "unavailable")
        client.act("button.press", entity_id="button.bathroom_capture")
        client.expect("sensor.bathroom_last_result", "privacy")
        client.act("switch.turn_off", entity_id="switch.bathroom_privacy")
        newest_house.expect_available("bathroom")


def test_a_number_is_taken_over_and_kept(newest_house: House, smiling: Path) -> None:
    """The node's own document says it, and after a restart of the node it still does."""
    client = newest_house.client
    with newest_house.node("study", smiling) as node:
        client.act("number.set_value", entity_id="number.study_threshold_offset", value=0.15)
        client.expect("number.study_threshold_offset", "0.15")
        node.stop()
        newest_house.expect_gone("study")
        node.start()
        newest_house.expect_available("study")
        client.expect("number.study_threshold_offset", "0.15")
    with newest_house.overhear("facet/study/settings") as observer:
        settings = json.loads(observer.expect("facet/study/settings").payload)
        assert settings["threshold_offset"] == 0.15
