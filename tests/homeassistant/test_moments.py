"""What was seen is shown at the right moment, and no longer than it holds: rules fire for it, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.broker.mosquitto import PATIENCE, wait_for
from tests.homeassistant.client import Talk
from tests.homeassistant.house import House

pytestmark = pytest.mark.homeassistant

# Seconds; the shortest that leaves a busy machine the time to look.
EXPIRY = 6


@pytest.fixture(scope="module")
def nobody(smiling: Path) -> Path:
    """A grey wall."""
    file = smiling.with_name("wall.png")
    cv2.imwrite(str(file), np.full((480, 640, 3), 128, np.uint8))
    return file


def press(house: House, room: str) -> None:
    """Press until there is an answer: a new device's first event may come before Home Assistant listens to it."""
    last = house.client.state(f"event.{room}_observation")
    silent = {last, "unavailable", None}
    for patience in (5.0, 5.0, PATIENCE):
        house.client.act("button.press", entity_id=f"button.{room}_capture")
        with suppress(AssertionError):
            wait_for(
                lambda: house.client.state(f"event.{room}_observation") not in silent,
                "an answer",
                patience,
            )
            return
    pytest.fail(f"{room} does not answer")


def heard(talk: Talk) -> dict[str, Any]:
    """The data of the next event that a rule of these tests fired."""
    data: dict[str, Any] = talk.event()["data"]
    return data


def test_a_rule_on_a_press_judges_whoever_pressed(
    any_house: House, smiling: Path, nobody: Path
) -> None:
    """The rule "pressed, if smiling is on" runs for those who smile, and the picture that it looks at is theirs."""
    client = any_house.client
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
        any_house.node("arbor", smiling, privacy={"picture": "full"}) as node,
        rule,
        client.talk() as talk,
    ):
        talk.ask("subscribe_events", event_type="seen")
        for _ in range(3):
            node.show(nobody)
            press(any_house, "arbor")
            node.show(smiling)
            press(any_house, "arbor")
            seen = client.entity("event.arbor_observation")
            assert seen is not None
            # If the rule had run for the wall, that would have been heard first.
            assert heard(talk) == {
                "event_id": seen["attributes"]["event_id"],
                "picture": client.state(image),
            }


@contextmanager
def editor_rules(house: House, room: str) -> Iterator[Talk]:
    """Rules as the editor makes them on *Smiling* and *Face present*, and what they fire."""
    client = house.client
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
        talk = stack.enter_context(client.talk())
        talk.ask("subscribe_events", event_type="seen")
        yield talk


ALL = {f"{key} {name}" for key in ("smiling", "face_present") for name in ("state", "device")}


def expect_a_seeing(house: House, room: str, talk: Talk) -> None:
    """Press before a smiling face: each rule runs once, and no other has run before."""
    press(house, room)
    assert {heard(talk)["rule"] for _ in ALL} == ALL
    # One that had run twice would be heard before this.
    house.client.post("/api/events/seen", json={"rule": "the end"})
    assert heard(talk) == {"rule": "the end"}


def expect_nothing_known(house: House, room: str) -> None:
    """Wait until what was seen is over."""
    house.client.expect(f"binary_sensor.{room}_face_present", "off")
    house.client.expect(f"sensor.{room}_face_count", "0")
    for key in ("binary_sensor.{}_smiling", "sensor.{}_hair_color"):
        house.client.expect(key.format(room), "unknown")


def test_what_was_seen_ends_and_rules_run_at_each_seeing(any_house: House, smiling: Path) -> None:
    """After its expiry, at once with privacy, and at once with the camera; what became of the press stays."""
    client = any_house.client
    with (
        any_house.node("annex", smiling, attributes={"expiry": EXPIRY}) as node,
        editor_rules(any_house, "annex") as talk,
    ):
        for _ in range(2):
            expect_a_seeing(any_house, "annex", talk)
            expect_nothing_known(any_house, "annex")
            client.expect("sensor.annex_last_result", "face")
        node.stop()
        any_house.expect_gone("annex")
        node.configure()
        node.start()
        any_house.expect_available("annex")
        expect_a_seeing(any_house, "annex", talk)
        client.act("switch.turn_on", entity_id="switch.annex_privacy")
        client.expect("binary_sensor.annex_smiling", "unavailable")
        client.act("switch.turn_off", entity_id="switch.annex_privacy")
        expect_nothing_known(any_house, "annex")
        expect_a_seeing(any_house, "annex", talk)
        (node.folder / "picture.png").unlink()
        press(any_house, "annex")
        client.expect("binary_sensor.annex_smiling", "unavailable")
        node.show(smiling)
        press(any_house, "annex")
        assert {heard(talk)["rule"] for _ in ALL} == ALL


def test_no_restart_makes_a_rule_run(newest_house: House, smiling: Path) -> None:
    """Node, broker and Home Assistant, after what was seen is over: only the next seeing does."""
    room, client = "arcade", newest_house.client

    def last_runs() -> list[object]:
        names = (f"automation.rule_{room}_{rule.replace(' ', '_')}" for rule in ALL)
        rules = (client.entity(name) for name in names)
        return [rule["attributes"]["last_triggered"] if rule else None for rule in rules]

    with (
        newest_house.node(room, smiling, attributes={"expiry": EXPIRY}) as node,
        editor_rules(newest_house, room) as talk,
    ):
        expect_a_seeing(newest_house, room, talk)
        expect_nothing_known(newest_house, room)
        node.stop()
        newest_house.expect_gone(room)
        node.start()
        newest_house.expect_available(room)
        node.kill()
        newest_house.expect_gone(room)
        node.start()
        newest_house.expect_available(room)
        newest_house.broker.stop()
        newest_house.expect_gone(room)
        newest_house.broker.start()
        newest_house.expect_available(room)
        expect_nothing_known(newest_house, room)
        expect_a_seeing(newest_house, room, talk)
        expect_nothing_known(newest_house, room)
        before = last_runs()
        newest_house.home.stop()
        newest_house.home.start()
        newest_house.expect_available(room)
        expect_nothing_known(newest_house, room)
        wait_for(lambda: None not in last_runs(), "the rules are back")
        assert last_runs() == before
