"""What was seen is shown at the right moment, and no longer than it holds: rules fire for it, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.homeassistant.client import WebSocket
from tests.homeassistant.setup import Setup, press

pytestmark = pytest.mark.homeassistant

# Seconds; the shortest that leaves a busy machine the time to look.
EXPIRY = 6


@pytest.fixture(scope="module")
def nobody(smiling: Path) -> Path:
    """A grey wall."""
    file = smiling.with_name("wall.png")
    cv2.imwrite(str(file), np.full((480, 640, 3), 128, np.uint8))
    return file


def heard(websocket: WebSocket) -> dict[str, Any]:
    """The data of the next event that a rule of these tests fired."""
    data: dict[str, Any] = websocket.event()["data"]
    return data


def test_a_rule_on_a_press_judges_whoever_pressed(
    any_setup: Setup, smiling: Path, nobody: Path
) -> None:
    """The rule "pressed, if smiling is on" runs for those who smile, and the picture that it looks at is theirs."""
    client = any_setup.client
    image = "image.arbor_picture"
    rule = client.automation(
        "pressed_and_smiling",
        triggers=[
            {
                "trigger": "state",
                "entity_id": "event.arbor_observation",
                "not_from": "unavailable",
            }
        ],
        conditions=[
            {"condition": "state", "entity_id": "binary_sensor.arbor_smiling", "state": "on"}
        ],
        actions=[
            {
                "event": "seen",
                "event_data": {
                    "event_id": "{{ trigger.to_state.attributes.event_id }}",
                    "picture": f"{{{{ states('{image}') }}}}",
                },
            }
        ],
    )
    with (
        any_setup.node("arbor", smiling, privacy={"picture": "full"}) as node,
        rule,
        client.websocket() as websocket,
    ):
        websocket.ask("subscribe_events", event_type="seen")
        for _ in range(3):
            node.show(nobody)
            press(any_setup, "arbor")
            node.show(smiling)
            press(any_setup, "arbor")
            seen = client.entity("event.arbor_observation")
            assert seen is not None
            # If the rule had run for the wall, that would have been heard first.
            assert heard(websocket) == {
                "event_id": seen["attributes"]["event_id"],
                "picture": client.state(image),
            }


@contextmanager
def editor_rules(setup: Setup, room: str) -> Iterator[WebSocket]:
    """Rules as the editor makes them on *Smiling* and *Face present*, and what they fire."""
    client = setup.client
    device = client.devices()[f"facet_{room}"]["id"]
    entities = client.registered(device)
    with ExitStack() as stack:
        for key in ("smiling", "face_present"):
            entity = f"binary_sensor.{room}_{key}"
            state = {"trigger": "state", "entity_id": entity, "to": "on"}
            turned_on = {
                "trigger": "device",
                "domain": "binary_sensor",
                "device_id": device,
                "entity_id": entities[entity]["id"],
                "type": "turned_on" if key == "smiling" else "occupied",
            }
            for name, trigger in (("state", state), ("device", turned_on)):
                data = {"rule": f"{key} {name}"}
                rule = client.automation(
                    # Not beginning with the room's name, as its entities do.
                    f"rule_{room}_{key}_{name}",
                    triggers=[trigger],
                    actions=[{"event": "seen", "event_data": data}],
                )
                stack.enter_context(rule)
        websocket = stack.enter_context(client.websocket())
        websocket.ask("subscribe_events", event_type="seen")
        yield websocket


ALL = {f"{key} {name}" for key in ("smiling", "face_present") for name in ("state", "device")}


def expect_each_rule_runs_once(setup: Setup, room: str, websocket: WebSocket) -> None:
    """Press before a smiling face: each rule runs once, and no other has run before."""
    press(setup, room)
    assert {heard(websocket)["rule"] for _ in ALL} == ALL
    # One that had run twice would be heard before this.
    setup.client.post("/api/events/seen", json={"rule": "the end"})
    assert heard(websocket) == {"rule": "the end"}


def expect_nothing_known(setup: Setup, room: str) -> None:
    """Wait until what was seen is over."""
    setup.client.expect(f"binary_sensor.{room}_face_present", "off")
    setup.client.expect(f"sensor.{room}_face_count", "0")
    for key in ("binary_sensor.{}_smiling", "sensor.{}_hair_color"):
        setup.client.expect(key.format(room), "unknown")


def test_what_was_seen_ends_and_rules_run_at_each_seeing(any_setup: Setup, smiling: Path) -> None:
    """After its expiry, at once with privacy, and at once with the camera; what became of the press stays."""
    client = any_setup.client
    with (
        any_setup.node("annex", smiling, attributes={"expiry": EXPIRY}) as node,
        editor_rules(any_setup, "annex") as websocket,
    ):
        for _ in range(2):
            expect_each_rule_runs_once(any_setup, "annex", websocket)
            expect_nothing_known(any_setup, "annex")
            client.expect("sensor.annex_last_result", "face")
        node.stop()
        any_setup.expect_gone("annex")
        node.configure()
        node.start()
        any_setup.expect_available("annex")
        expect_each_rule_runs_once(any_setup, "annex", websocket)
        client.act("switch.turn_on", entity_id="switch.annex_privacy")
        client.expect("binary_sensor.annex_smiling", "unavailable")
        client.act("switch.turn_off", entity_id="switch.annex_privacy")
        expect_nothing_known(any_setup, "annex")
        expect_each_rule_runs_once(any_setup, "annex", websocket)
        (node.folder / "picture.png").unlink()
        press(any_setup, "annex")
        client.expect("binary_sensor.annex_smiling", "unavailable")
        node.show(smiling)
        press(any_setup, "annex")
        assert {heard(websocket)["rule"] for _ in ALL} == ALL
