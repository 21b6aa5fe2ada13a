"""What the editor of automations offers as "event received", and the button and motion sensor as themselves."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.broker.mosquitto import wait_for
from tests.broker.observer import Observer
from tests.homeassistant.client import WebSocket
from tests.homeassistant.setup import Setup, press
from tests.homeassistant.test_automation import portrait

pytestmark = pytest.mark.homeassistant

ROOM = "vestibule"
SEEN, DOORBELL = f"event.{ROOM}_seen", f"event.{ROOM}_doorbell"
# Home Assistants since this one offer "event received".
OFFERS_EVENTS = (2026, 11)


def rule(setup: Setup, entity: str, *types: str) -> AbstractContextManager[None]:
    """Keep a rule as the editor makes it; it fires an event with the type, and with the id of the observation."""
    trigger: dict[str, Any]
    if tuple(map(int, setup.home.version.split(".")[:2])) < OFFERS_EVENTS:
        trigger = {"trigger": "state", "entity_id": entity, "not_from": "unavailable"}
    elif entity == DOORBELL:
        trigger = {"trigger": "doorbell.rang", "target": {"entity_id": entity}}
    else:
        trigger = {"trigger": "event.received", "target": {"entity_id": entity}}
        trigger["options"] = {"event_type": list(types)}
    type_ = "trigger.to_state.attributes.event_type"
    data = {
        "type": f"{{{{ {type_} }}}}",
        "event_id": "{{ trigger.to_state.attributes.get('event_id') }}",
    }
    return setup.client.automation(
        "rule_on_a_moment",
        mode="parallel",
        max=50,
        triggers=[trigger],
        conditions=[f"{{{{ {type_} in {list(types)} }}}}"],
        actions=[{"event": "moment", "event_data": data}],
    )


def heard(websocket: WebSocket) -> dict[str, Any]:
    """The data of the next event that the rule fired."""
    data: dict[str, Any] = websocket.event()["data"]
    return data


def expect_no_more(setup: Setup, websocket: WebSocket) -> None:
    """A rule that had run once more would be heard before this."""
    setup.client.post("/api/events/moment", json={"type": "the end"})
    assert heard(websocket) == {"type": "the end"}


@pytest.mark.celeba
def test_glasses_start_a_rule_once_and_a_bare_face_does_not(
    any_setup: Setup, real_celeba: Path
) -> None:
    """Event received on *Seen*, Eyeglasses: two clicks, and no condition."""
    client = any_setup.client
    bare = portrait(real_celeba, "Eyeglasses", present=False)
    glasses = portrait(real_celeba, "Eyeglasses", present=True)
    with (
        any_setup.node(ROOM, bare) as node,
        rule(any_setup, SEEN, "Eyeglasses"),
        client.websocket() as websocket,
    ):
        websocket.ask("subscribe_events", event_type="moment")
        press(any_setup, ROOM)
        client.expect(f"sensor.{ROOM}_last_result", "face")
        client.expect(f"binary_sensor.{ROOM}_eyeglasses", "off")
        node.show(glasses)
        press(any_setup, ROOM)
        client.expect(f"binary_sensor.{ROOM}_eyeglasses", "on")
        observation = client.entity(f"event.{ROOM}_observation")
        assert observation is not None
        assert heard(websocket) == {
            "type": "Eyeglasses",
            "event_id": observation["attributes"]["event_id"],
        }
        expect_no_more(any_setup, websocket)


def seen_now(setup: Setup, broker: Observer) -> tuple[str, list[str]]:
    """Press, and wait for all that is seen; return the observation's id, and the types in their order."""
    press(setup, ROOM)
    observation = setup.client.entity(f"event.{ROOM}_observation")
    assert observation is not None
    event_id = observation["attributes"]["event_id"]
    (face,) = observation["attributes"]["faces"]
    # Of what is not offered the event has nothing.
    count = sum(found["present"] for found in face["attributes"].values())

    def types() -> list[str]:
        events = [json.loads(message.payload) for message in broker.drain()]
        return [event["event_type"] for event in events if event["event_id"] == event_id]

    wait_for(lambda: len(types()) >= count, f"{count} attributes of {face} are seen")
    return event_id, types()


def test_everything_that_is_seen_at_once_starts_a_rule_once(
    any_setup: Setup, smiling: Path
) -> None:
    """Home Assistant takes two events of one millisecond for one, so the node does not send them in one."""
    client = any_setup.client
    with (
        any_setup.node(ROOM, smiling),
        any_setup.overhear(f"facet/{ROOM}/seen") as broker,
        client.websocket() as websocket,
    ):
        seen_now(any_setup, broker)
        seen = client.entity(SEEN)
        assert seen is not None
        offered = seen["attributes"]["event_types"]
        assert "Eyeglasses" in offered
        assert "Young" not in offered
        with rule(any_setup, SEEN, *offered):
            websocket.ask("subscribe_events", event_type="moment")
            event_id, types = seen_now(any_setup, broker)
            assert "Smiling" in types
            assert len(types) >= 2
            assert [heard(websocket) for _ in types] == [
                {"type": type_, "event_id": event_id} for type_ in types
            ]
            expect_no_more(any_setup, websocket)


def test_the_doorbell_rings_and_motion_follows_its_sensor_whatever_the_camera_does(
    any_setup: Setup, smiling: Path
) -> None:
    """With the motion trigger off, and with the camera released for privacy: on at once, off at once, one ring each."""
    client = any_setup.client
    triggers = {"button": {"pin": 17, "debounce": 0}, "motion": {"pin": 4, "armed": False}}
    motion = f"binary_sensor.{ROOM}_motion"
    with (
        any_setup.node(ROOM, smiling, has_pins=True, triggers=triggers) as node,
        rule(any_setup, DOORBELL, "ring"),
        client.websocket() as websocket,
    ):
        websocket.ask("subscribe_events", event_type="moment")
        client.expect(motion, "off")
        node.drive(4, "high")
        client.expect(motion, "on")
        client.act("switch.turn_on", entity_id=f"switch.{ROOM}_privacy")
        client.expect(f"binary_sensor.{ROOM}_smiling", "unavailable")
        node.drive(4, "low")
        client.expect(motion, "off")
        for _ in range(2):
            node.drive(17, "low")
            assert heard(websocket)["type"] == "ring"
            node.drive(17, "high")
        expect_no_more(any_setup, websocket)
        doorbell = client.entity(DOORBELL)
        assert doorbell is not None
        assert doorbell["attributes"]["device_class"] == "doorbell"
        client.expect(f"sensor.{ROOM}_last_result", "privacy")
