"""What is wrong is said in a word or as a moment, with the sentence beside it, and no longer than it lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.broker.mosquitto import wait_for
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant


def attributes(setup: Setup, entity_id: str) -> dict[str, Any]:
    """Return what Home Assistant shows besides an entity's state."""
    entity = setup.client.entity(entity_id)
    assert entity is not None
    found: dict[str, Any] = entity["attributes"]
    return found


def test_the_fault_of_a_camera_is_a_word_and_ends_with_it(any_setup: Setup, smiling: Path) -> None:
    """An automation compares the word; the owner reads the sentence; afterwards neither is left."""
    client, fault = any_setup.client, "sensor.passage_camera_fault"
    with any_setup.node("passage", smiling) as node:
        client.expect(fault, "none")
        assert {"none", "not_found", "frozen"} <= set(attributes(any_setup, fault)["options"])
        (node.folder / "picture.png").unlink()
        client.act("button.press", entity_id="button.passage_capture")
        client.expect(fault, "not_found")
        # The folder has the name of the node, which in these tests is its password, and so is hidden.
        assert "/picture.png cannot be read" in attributes(any_setup, fault)["reason"]
        client.expect("binary_sensor.passage_camera_problem", "on")
        node.show(smiling)
        client.act("button.press", entity_id="button.passage_capture")
        client.expect(fault, "none")
        assert "reason" not in attributes(any_setup, fault)
        client.expect("binary_sensor.passage_camera_problem", "off")


def test_how_sure_the_node_was_is_one_entity(any_setup: Setup, smiling: Path) -> None:
    """The probability and threshold of each attribute; moving the slider shows at once."""
    client, margin = any_setup.client, "sensor.wardrobe_smallest_margin"
    with any_setup.node("wardrobe", smiling):
        client.expect(margin, "unknown")
        client.act("button.press", entity_id="button.wardrobe_capture")
        client.expect("binary_sensor.wardrobe_smiling", "on")
        before = attributes(any_setup, margin)
        assert before["smiling"]["probability"] > before["smiling"]["threshold"]
        assert before["eyeglasses"]["probability"] < before["eyeglasses"]["threshold"]
        assert before["unit_of_measurement"] == "%"
        state = client.state(margin)
        assert state is not None
        assert 0 <= float(state) <= 100
        client.act("number.set_value", entity_id="number.wardrobe_threshold_offset", value=10)
        client.expect("number.wardrobe_threshold_offset", "10.0")

        def has_moved() -> bool:
            after = attributes(any_setup, margin)["eyeglasses"]["threshold"]
            return bool(after > before["eyeglasses"]["threshold"])

        wait_for(has_moved, "the threshold is higher")


def test_the_last_failure_is_a_moment_and_ends_when_the_node_is_healthy(
    any_setup: Setup, smiling: Path
) -> None:
    """A node that was killed says so after its next start, until it has answered a press with a picture."""
    client, failure = any_setup.client, "sensor.veranda_last_failure"
    with any_setup.node("veranda", smiling) as node:
        client.expect(failure, "unknown")
        node.kill()
        any_setup.expect_gone("veranda")
        node.start()
        any_setup.expect_available("veranda")
        state = client.state(failure)
        assert state is not None
        assert (
            timedelta(0) < datetime.now(UTC) - datetime.fromisoformat(state) < timedelta(minutes=2)
        )
        assert "killed" in attributes(any_setup, failure)["reason"]
        assert attributes(any_setup, failure)["device_class"] == "timestamp"
        client.act("button.press", entity_id="button.veranda_capture")
        client.expect(failure, "unknown")
        assert "reason" not in attributes(any_setup, failure)
