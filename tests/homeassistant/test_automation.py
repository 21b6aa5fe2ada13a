"""Automations made of the blueprints, fired by what a real camera picture shows."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.homeassistant.client import WebSocket
from tests.homeassistant.phone import phone
from tests.homeassistant.setup import Setup, press

pytestmark = pytest.mark.homeassistant

TEST_SPLIT = "2"
_NOT_NOW = f"{(datetime.now(UTC).hour + 12) % 24:02}"
"""An hour of the day, half a day away from this one."""


def portrait(celeba: Path, attribute: str, *, present: bool) -> Path:
    """Return the first picture of CelebA's test split whose label has the attribute present, or absent."""
    splits = (celeba / "list_eval_partition.txt").read_text().splitlines()
    tested = {line.split()[0] for line in splits if line.split()[1] == TEST_SPLIT}
    _count, names, *rows = (celeba / "list_attr_celeba.txt").read_text().splitlines()
    column = names.split().index(attribute) + 1
    wanted = "1" if present else "-1"
    found = (r.split()[0] for r in rows if r.split()[0] in tested and r.split()[column] == wanted)
    return celeba / "img_celeba" / next(found)


def action(*variables: str) -> list[dict[str, object]]:
    """Return the action of the automations of these tests: an event with their variables."""
    data = {name: f"{{{{ {name} }}}}" for name in variables}
    return [{"event": "seen", "event_data": data}]


def received(socket: WebSocket) -> dict[str, Any]:
    """Return the data of the next such event."""
    data: dict[str, Any] = socket.event()["data"]
    return data


@pytest.mark.celeba
def test_eyeglasses_before_the_camera_fire_an_automation_and_a_bare_face_does_not(
    newest_setup: Setup, real_celeba: Path
) -> None:
    """A rule on "eyeglasses detected", as a user words it: only the picture with glasses fires it."""
    client = newest_setup.client
    bare = portrait(real_celeba, "Eyeglasses", present=False)
    glasses = portrait(real_celeba, "Eyeglasses", present=True)
    rule = client.blueprint(
        "attribute_detected",
        observations=["event.door_observation"],
        attributes=["Eyeglasses"],
        cool_down=0,
        actions=action("found", "confidence", "node_name", "observation.event_id"),
    )
    with newest_setup.node("door", bare) as node, rule, client.websocket() as socket:
        socket.ask("subscribe_events", event_type="seen")
        client.act("button.press", entity_id="button.door_capture")
        client.expect("sensor.door_last_result", "face")
        client.expect("binary_sensor.door_eyeglasses", "off")
        node.show(glasses)
        client.act("button.press", entity_id="button.door_capture")
        client.expect("binary_sensor.door_eyeglasses", "on")
        data = received(socket)
        event = client.entity("event.door_observation")
        assert event is not None
        # The bare face came first, so its event would have arrived first.
        assert data["observation.event_id"] == event["attributes"]["event_id"]
        assert data["found"] == ["Eyeglasses"]
        assert data["confidence"] > 50
        assert data["node_name"] == "Door camera"


@pytest.mark.parametrize(
    ("attributes", "inputs"),
    [
        (["Smiling", "Eyeglasses"], {"match": "all"}),
        (["Smiling"], {"minimum_confidence": 100}),
        (["Smiling"], {"after": f"{_NOT_NOW}:00:00", "before": f"{_NOT_NOW}:59:59"}),
        (["Smiling"], {"cool_down": 3600}),
    ],
    ids=["all of them", "confidence", "time", "cool-down"],
)
def test_the_blueprint_does_not_fire_against_its_conditions(
    newest_setup: Setup, smiling: Path, attributes: list[str], inputs: dict[str, Any]
) -> None:
    """Another automation on the same event shows by when this one would have fired."""
    client = newest_setup.client
    held = client.blueprint(
        "attribute_detected",
        observations=["event.lounge_observation"],
        attributes=attributes,
        actions=[{"event": "seen", "event_data": {"held": "back"}}],
        **inputs,
    )
    trigger = {"trigger": "state", "entity_id": "event.lounge_observation"}
    # After whatever the other automation does at once.
    free = client.automation("free", triggers=[trigger], actions=[{"delay": 1}, {"event": "seen"}])
    with newest_setup.node("lounge", smiling), client.websocket() as socket, ExitStack() as rules:
        press(newest_setup, "lounge")
        rules.enter_context(held)
        socket.ask("subscribe_events", event_type="seen")
        if "cool_down" in inputs:
            client.act("button.press", entity_id="button.lounge_capture")
            assert received(socket) == {"held": "back"}
        with free:
            client.act("button.press", entity_id="button.lounge_capture")
            assert received(socket) == {}


def test_a_press_is_reported_whatever_the_camera_saw(newest_setup: Setup, smiling: Path) -> None:
    """Also when the answer is only a reason."""
    client = newest_setup.client
    rule = client.blueprint(
        "button_pressed",
        observations=["event.landing_observation"],
        sources=["command"],
        actions=action("pressed_by", "result", "text", "face_count", "node_name"),
    )
    french = newest_setup.node("landing", smiling, node={"language": "fr"})
    with french, client.websocket() as socket, ExitStack() as rules:
        press(newest_setup, "landing")
        rules.enter_context(rule)
        socket.ask("subscribe_events", event_type="seen")
        client.act("switch.turn_on", entity_id="switch.landing_privacy")
        client.expect("switch.landing_privacy", "on")
        client.act("button.press", entity_id="button.landing_capture")
        assert received(socket) == {
            "pressed_by": "command",
            "result": "privacy",
            "text": "Vie privée activée",
            "face_count": 0,
            "node_name": "Landing camera",
        }


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_phone_shows_what_was_seen_in_the_owners_language(
    any_setup: Setup, smiling: Path, language: str
) -> None:
    """The blueprint without a line of YAML: names of the node's sensors, and its picture."""
    client = any_setup.client
    name = {"en": "Smiling", "de": "Lächelt"}[language]
    with (
        any_setup.node("gate", smiling, node={"language": language}, privacy={"picture": "full"}),
        phone(client, f"phone {language}") as mine,
    ):
        rule = client.blueprint(
            "notify_phone",
            observation="event.gate_observation",
            phone=mine.device,
            attributes=["binary_sensor.gate_smiling", "binary_sensor.gate_eyeglasses"],
            picture=["image.gate_picture"],
            cool_down=0,
        )
        press(any_setup, "gate")
        with rule:
            client.act("button.press", entity_id="button.gate_capture")
            shown = mine.notification()
    assert shown["title"] == "Gate camera"
    assert shown["message"] == name
    assert shown["data"]["image"] == "/api/image_proxy/image.gate_picture"


def test_a_phone_is_not_bothered_by_who_was_not_asked_for(
    newest_setup: Setup, smiling: Path
) -> None:
    """Nobody with glasses: no notification; and without a filter whoever comes is announced."""
    client = newest_setup.client
    asked: dict[str, Any] = {"observation": "event.balcony_observation", "cool_down": 0}
    with newest_setup.node("balcony", smiling), phone(client, "other phone") as mine:
        asked["phone"] = mine.device
        glasses = client.blueprint(
            "notify_phone",
            attributes=["binary_sensor.balcony_eyeglasses"],
            title="Glasses",
            **asked,
        )
        press(newest_setup, "balcony")
        with glasses, client.blueprint("notify_phone", **asked):
            client.act("button.press", entity_id="button.balcony_capture")
            shown = mine.notification()
            client.act("button.press", entity_id="button.balcony_capture")
            again = mine.notification()
        assert mine.is_silent()
    assert shown["title"] == again["title"] == "Balcony camera"
    assert "Smiling" in shown["message"]
    assert "image" not in shown["data"]


def test_a_lost_camera_and_a_dead_node_are_reported_and_when_all_is_well_again(
    newest_setup: Setup, smiling: Path
) -> None:
    """First the picture file goes and comes back, then the process."""
    client = newest_setup.client
    rule = client.blueprint(
        "node_trouble",
        cameras=["binary_sensor.nursery_camera_problem"],
        # With none, *Camera* may have changed before *Camera fault*, whose words are then not there yet.
        patience={"seconds": 1},
        actions=action("trouble", "text"),
        well_again=action("trouble", "is_well"),
    )
    with newest_setup.node("nursery", smiling) as node, rule, client.websocket() as socket:
        socket.ask("subscribe_events", event_type="seen")
        (node.folder / "picture.png").unlink()
        client.act("button.press", entity_id="button.nursery_capture")
        assert received(socket) == {"trouble": "camera", "text": "Camera not found"}
        node.show(smiling)
        assert received(socket) == {"trouble": "camera", "is_well": True}
        node.kill()
        assert received(socket) == {"trouble": "offline", "text": "offline"}
        node.start()
        assert received(socket) == {"trouble": "offline", "is_well": True}


def test_trouble_that_was_ignored_has_no_end(newest_setup: Setup, smiling: Path) -> None:
    """With patience nothing is reported of a node that restarts, nor that it is back."""
    client = newest_setup.client
    impatient, patient = (
        client.blueprint(
            "node_trouble",
            cameras=["binary_sensor.barn_camera_problem"],
            patience={"seconds": seconds},
            actions=action("trouble"),
            well_again=[{"event": "seen", "event_data": {"after": seconds}}],
        )
        for seconds in (0, 300)
    )
    with (
        newest_setup.node("barn", smiling) as node,
        patient,
        impatient,
        client.websocket() as socket,
    ):
        socket.ask("subscribe_events", event_type="seen")
        node.kill()
        assert received(socket) == {"trouble": "offline"}
        node.start()
        assert received(socket) == {"after": 0}
        node.kill()
        assert received(socket) == {"trouble": "offline"}
        node.start()
        assert received(socket) == {"after": 0}
        newest_setup.expect_available("barn")


def test_a_device_trigger_fires_for_what_was_seen(newest_setup: Setup, smiling: Path) -> None:
    """An automation that was made on the device's page: not for what waited, or for nobody knows how long."""
    client = newest_setup.client
    with newest_setup.node("garden", smiling), client.websocket() as socket:
        device = client.devices()["facet_garden"]["id"]
        trigger = {"trigger": "device", "domain": "mqtt", "device_id": device, "type": "detected"}
        rule = client.automation(
            "smile_in_the_garden",
            triggers=[{**trigger, "subtype": "eyeglasses"}, {**trigger, "subtype": "smiling"}],
            actions=[{"event": "seen", "event_data": {"by": "{{ trigger.idx }}"}}],
        )
        topic = "facet/garden/event"
        press(newest_setup, "garden")
        with rule, newest_setup.overhear(topic) as node:
            socket.ask("subscribe_events", event_type="seen")
            client.act("button.press", entity_id="button.garden_capture")
            assert received(socket) == {"by": 1}
            event = json.loads(node.expect(topic).payload)
            assert event["waited"] < 60
            for late in ({"waited": None}, {"waited": 61.5}, {"repeated": True}):
                node.publish(topic, json.dumps(event | late))
            attributes = event["faces"][0]["attributes"]
            del attributes["Smiling"]  # as of a face whose mouth is hidden
            attributes["Eyeglasses"]["present"] = True
            node.publish(topic, json.dumps(event))
            assert received(socket) == {"by": 0}
