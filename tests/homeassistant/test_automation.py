"""Automations made of the blueprints, fired by what a real camera picture shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.homeassistant.client import Talk
from tests.homeassistant.house import House
from tests.homeassistant.phone import phone

pytestmark = pytest.mark.homeassistant

TEST_PART = "2"


def portrait(celeba: Path, attribute: str, *, present: bool) -> Path:
    """The first picture of CelebA's test part that has an attribute, or has it not, by its label."""
    parts = (celeba / "list_eval_partition.txt").read_text().splitlines()
    tested = {line.split()[0] for line in parts if line.split()[1] == TEST_PART}
    _count, names, *rows = (celeba / "list_attr_celeba.txt").read_text().splitlines()
    column = names.split().index(attribute) + 1
    wanted = "1" if present else "-1"
    found = (r.split()[0] for r in rows if r.split()[0] in tested and r.split()[column] == wanted)
    return celeba / "img_celeba" / next(found)


def action(*variables: str) -> list[dict[str, object]]:
    """What an automation of these tests does: tell its variables to whoever listens."""
    data = {name: f"{{{{ {name} }}}}" for name in variables}
    return [{"event": "seen", "event_data": data}]


def heard(talk: Talk) -> dict[str, Any]:
    """The data of the next such event."""
    data: dict[str, Any] = talk.event()["data"]
    return data


@pytest.mark.celeba
def test_eyeglasses_before_the_camera_fire_an_automation_and_a_bare_face_does_not(
    newest_house: House, real_celeba: Path
) -> None:
    """The user's own words: a rule on "eyeglasses detected". Only the picture with glasses is told of."""
    client = newest_house.client
    bare = portrait(real_celeba, "Eyeglasses", present=False)
    glasses = portrait(real_celeba, "Eyeglasses", present=True)
    rule = client.blueprint(
        "attribute_detected",
        observations=["event.door_observation"],
        attributes=["Eyeglasses"],
        cool_down=0,
        actions=action("found", "confidence", "node_name", "observation.event_id"),
    )
    with newest_house.node("door", bare) as node, rule, client.talk() as talk:
        talk.ask("subscribe_events", event_type="seen")
        client.act("button.press", entity_id="button.door_capture")
        client.expect("sensor.door_last_result", "face")
        client.expect("binary_sensor.door_eyeglasses", "off")
        node.show(glasses)
        client.act("button.press", entity_id="button.door_capture")
        client.expect("binary_sensor.door_eyeglasses", "on")
        told = heard(talk)
        event = client.entity("event.door_observation")
        assert event is not None
        # The bare face came first, so its action would have been heard first.
        assert told["observation.event_id"] == event["attributes"]["event_id"]
        assert told["found"] == ["Eyeglasses"]
        assert told["confidence"] > 50
        assert told["node_name"] == "Door camera"


@pytest.mark.parametrize(
    ("attributes", "inputs"),
    [
        (["Smiling", "Eyeglasses"], {"match": "all"}),
        (["Smiling"], {"minimum_confidence": 100}),
        (["Smiling"], {"after": "00:00:01", "before": "00:00:02"}),
        (["Smiling"], {"cool_down": 3600}),
    ],
    ids=["all of them", "confidence", "time", "cool-down"],
)
def test_the_blueprint_holds_back_when_it_is_told_to(
    newest_house: House, smiling: Path, attributes: list[str], inputs: dict[str, Any]
) -> None:
    """Another automation on the same event tells when this one would have fired."""
    client = newest_house.client
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
    with newest_house.node("lounge", smiling), held, client.talk() as talk:
        talk.ask("subscribe_events", event_type="seen")
        if "cool_down" in inputs:
            client.act("button.press", entity_id="button.lounge_capture")
            assert heard(talk) == {"held": "back"}
        with free:
            client.act("button.press", entity_id="button.lounge_capture")
            assert heard(talk) == {}


def test_a_press_is_told_whatever_the_camera_saw(newest_house: House, smiling: Path) -> None:
    """Also when the answer is only why there is none."""
    client = newest_house.client
    rule = client.blueprint(
        "button_pressed",
        observations=["event.landing_observation"],
        sources=["command"],
        actions=action("pressed_by", "result", "face_count", "node_name"),
    )
    with newest_house.node("landing", smiling), rule, client.talk() as talk:
        talk.ask("subscribe_events", event_type="seen")
        client.act("switch.turn_on", entity_id="switch.landing_privacy")
        client.expect("switch.landing_privacy", "on")
        client.act("button.press", entity_id="button.landing_capture")
        assert heard(talk) == {
            "pressed_by": "command",
            "result": "privacy",
            "face_count": 0,
            "node_name": "Landing camera",
        }


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_phone_shows_what_was_seen_in_the_owners_language(
    any_house: House, smiling: Path, language: str
) -> None:
    """The blueprint without a line of YAML: names of the node's sensors, and its picture."""
    client = any_house.client
    name = {"en": "Smiling", "de": "Lächelt"}[language]
    with (
        any_house.node("gate", smiling, node={"language": language}, privacy={"picture": "full"}),
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
        with rule:
            client.act("button.press", entity_id="button.gate_capture")
            shown = mine.notification()
    assert shown["title"] == "Gate camera"
    assert shown["message"] == name
    assert shown["data"]["image"] == "/api/image_proxy/image.gate_picture"


def test_a_phone_is_not_bothered_by_who_was_not_asked_for(
    newest_house: House, smiling: Path
) -> None:
    """Nobody with glasses: no notification; and without a filter whoever comes is announced."""
    client = newest_house.client
    asked: dict[str, Any] = {"observation": "event.balcony_observation", "cool_down": 0}
    with newest_house.node("balcony", smiling), phone(client, "other phone") as mine:
        asked["phone"] = mine.device
        glasses = client.blueprint(
            "notify_phone",
            attributes=["binary_sensor.balcony_eyeglasses"],
            title="Glasses",
            **asked,
        )
        with glasses, client.blueprint("notify_phone", **asked):
            client.act("button.press", entity_id="button.balcony_capture")
            shown = mine.notification()
            client.act("button.press", entity_id="button.balcony_capture")
            again = mine.notification()
        assert mine.is_silent()
    assert shown["title"] == again["title"] == "Balcony camera"
    assert "Smiling" in shown["message"]
    assert "image" not in shown["data"]


def test_a_lost_camera_and_a_dead_node_are_told_and_when_all_is_well_again(
    newest_house: House, smiling: Path
) -> None:
    """First the picture file goes and comes back, then the process."""
    client = newest_house.client
    rule = client.blueprint(
        "node_trouble",
        cameras=["binary_sensor.nursery_camera_problem"],
        patience={"seconds": 0},
        actions=action("trouble", "node_name"),
        well_again=action("trouble", "is_well"),
    )
    with newest_house.node("nursery", smiling) as node, rule, client.talk() as talk:
        talk.ask("subscribe_events", event_type="seen")
        (node.folder / "picture.png").unlink()
        client.act("button.press", entity_id="button.nursery_capture")
        assert heard(talk) == {"trouble": "camera", "node_name": "Nursery camera"}
        node.show(smiling)
        assert heard(talk) == {"trouble": "camera", "is_well": True}
        node.kill()
        assert heard(talk) == {"trouble": "offline", "node_name": "Nursery camera"}
        node.start()
        assert heard(talk) == {"trouble": "offline", "is_well": True}


def test_trouble_that_was_ignored_has_no_end(newest_house: House, smiling: Path) -> None:
    """With patience nothing is told of a node that restarts, and neither that it is back."""
    client = newest_house.client
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
    with newest_house.node("barn", smiling) as node, patient, impatient, client.talk() as talk:
        talk.ask("subscribe_events", event_type="seen")
        node.kill()
        assert heard(talk) == {"trouble": "offline"}
        node.start()
        assert heard(talk) == {"after": 0}
        node.kill()
        assert heard(talk) == {"trouble": "offline"}
        node.start()
        assert heard(talk) == {"after": 0}
        newest_house.expect_available("barn")


def test_a_device_trigger_fires_for_what_was_seen(newest_house: House, smiling: Path) -> None:
    """An automation that was clicked together on the device's page."""
    client = newest_house.client
    with newest_house.node("garden", smiling), client.talk() as talk:
        device = client.devices()["facet_garden"]["id"]
        trigger = {"trigger": "device", "domain": "mqtt", "device_id": device, "type": "detected"}
        rule = client.automation(
            "smile_in_the_garden",
            triggers=[{**trigger, "subtype": "eyeglasses"}, {**trigger, "subtype": "smiling"}],
            actions=[{"event": "seen", "event_data": {"by": "{{ trigger.idx }}"}}],
        )
        with rule:
            talk.ask("subscribe_events", event_type="seen")
            client.act("button.press", entity_id="button.garden_capture")
            assert heard(talk) == {"by": 1}
