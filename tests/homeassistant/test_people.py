"""Somebody is enrolled, recognised, renamed, forgotten and named from Home Assistant: nobody needs a shell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device.networks.recognition_card import read_recognition_card
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE
from tests.broker.mosquitto import wait_for
from tests.homeassistant.phone import phone
from tests.homeassistant.setup import Setup, press
from tests.people.references import new_references

pytestmark = pytest.mark.homeassistant

# Seconds. Eight pictures, one a second, on a busy machine.
_ENROLLING = 60.0


class Home:
    """What the owner of one node does with people, and sees.

    Args:
        setup: where the node is.
        room: the node's id.
    """

    def __init__(self, setup: Setup, room: str) -> None:
        self.setup = setup
        self.client = setup.client
        self.room = room
        self._last_event = self._event()

    def type_name(self, name: str) -> None:
        """Type a name."""
        entity = f"text.{self.room}_person_name"
        self.client.act("text.set_value", entity_id=entity, value=name)
        self.client.expect(entity, name)

    def choose(self, name: str, key: str = "selected_person") -> None:
        """Choose somebody, once the names are there."""
        entity = f"select.{self.room}_{key}"
        wait_for(lambda: name in self.options_of(key), f"{name} can be chosen")
        self.client.act("select.select_option", entity_id=entity, option=name)
        self.client.expect(entity, name)

    @property
    def options(self) -> list[str]:
        """Which person can be chosen."""
        return self.options_of("selected_person")

    def options_of(self, key: str) -> list[str]:
        """Who can be chosen."""
        found = self.client.entity(f"select.{self.room}_{key}")
        return list(found["attributes"]["options"]) if found else []

    def press(self, key: str) -> dict[str, Any]:
        """Press a button, and return what comes of it."""
        self.client.act("button.press", entity_id=f"button.{self.room}_{key}")
        return self.event()

    def event(self) -> dict[str, Any]:
        """Wait for the next event of enrolment."""
        wait_for(lambda: self._event() != self._last_event, "an event", _ENROLLING)
        self._last_event = self._event()
        found = self.client.entity(f"event.{self.room}_enrolment")
        assert found is not None
        attributes: dict[str, Any] = found["attributes"]
        return attributes

    def _event(self) -> str:
        return self.client.state(f"event.{self.room}_enrolment") or ""

    def people(self) -> dict[str, dict[str, Any]]:
        """The devices of people by their names."""
        return {
            row["name"]: row
            for key, row in self.client.devices().items()
            if key.startswith("facet_person_")
        }


def expect(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds."""
    wait_for(holds, what, 20.0)


def enrol(home: Home) -> dict[str, Any]:
    """Enrol Eileen, and return her device."""
    assert home.press("enrol")["reason"] == "no_name"
    home.type_name("Eileen")
    assert home.press("enrol")["event_type"] == "started"
    enrolled = home.event()
    assert enrolled["event_type"] == "enrolled", enrolled
    assert enrolled["name"] == "Eileen"
    assert enrolled["references"] >= 1
    # The camera shows one picture again and again.
    reasons = [picture["reason"] for picture in enrolled["pictures"]]
    assert (len(reasons), set(reasons)) == (8, {None, "duplicate"})
    home.client.expect("text.larder_person_name", "")
    expect(lambda: "Eileen" in home.people(), "Eileen is a device")
    device = home.people()["Eileen"]
    assert set(home.client.registered(device["id"])) == {
        "binary_sensor.eileen_here",
        "sensor.eileen_last_seen",
        "sensor.eileen_last_seen_by",
    }
    home.client.expect("binary_sensor.eileen_here", "unknown")
    return device


def recognise(home: Home) -> None:
    """Press, and find Eileen where she is."""
    client = home.client
    press(home.setup, "larder")
    client.expect("sensor.larder_person", "Eileen")
    client.expect("binary_sensor.eileen_here", "on")
    client.expect("sensor.eileen_last_seen_by", "Larder camera")
    seen = datetime.fromisoformat(client.state("sensor.eileen_last_seen") or "")
    assert datetime.now(UTC) - seen < timedelta(minutes=1)


def notify(home: Home, device: dict[str, Any]) -> None:
    """Have a phone told who is at the door, look again from it, and not be told of people who live there."""
    client = home.client
    asked: dict[str, Any] = {
        "recognised": "event.larder_recognised",
        "picture": ["image.larder_picture"],
        "capture": ["button.larder_capture"],
    }
    with phone(client, "door phone") as mine:
        asked["phone"] = mine.device
        with client.blueprint("somebody_at_the_door", **asked):
            press(home.setup, "larder")
            told = mine.notification()
            (look_again,) = told["data"]["actions"]
            again = mine.tap(look_again["action"])
        assert (told["title"], told["message"]) == ("Larder camera", "Eileen")
        assert told["data"]["image"] == "/api/image_proxy/image.larder_picture"
        assert look_again["title"] == "Capture again"
        assert again["message"] == "Eileen"
        silent = client.blueprint("somebody_at_the_door", not_for=[device["id"]], **asked)
        with silent, client.blueprint("somebody_at_the_door", title="The other rule", **asked):
            press(home.setup, "larder")
            assert mine.notification()["title"] == "The other rule"
            assert mine.is_silent()


def rename(home: Home, device: dict[str, Any]) -> None:
    """Call her by her second name; nothing but the name is another one."""
    home.choose("Eileen")
    home.type_name("Collins")
    assert home.press("rename")["event_type"] == "renamed"
    expect(lambda: set(home.people()) == {"Collins"}, "the device has the new name")
    assert home.people()["Collins"]["id"] == device["id"]
    expect(lambda: home.options == ["Collins"], "the new name can be chosen")
    home.client.expect("sensor.larder_person", "unknown")
    press(home.setup, "larder")
    home.client.expect("sensor.larder_person", "Collins")


def look_later(home: Home, device: dict[str, Any]) -> None:
    """Receive what was retained six minutes ago, as after a restart of Home Assistant."""
    topic = f"facet/people/{device['identifiers'][0][1].removeprefix('facet_person_')}"
    longer_ago = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    with home.setup.overhear(topic) as owner:
        retained = {"last_seen": longer_ago, "last_seen_by": "Larder camera"}
        owner.publish(topic, json.dumps(retained), retain=True)
        home.client.expect("binary_sensor.eileen_here", "off")


def forget(home: Home) -> None:
    """Forget her, with two presses."""
    assert home.press("forget")["reason"] == "nobody_chosen"
    home.choose("Collins")
    assert home.press("forget")["event_type"] == "confirm"
    # A double click is one press, and so is a message that comes twice.
    home.client.act("button.press", entity_id="button.larder_forget")
    time.sleep(1.5)
    assert set(home.people()) == {"Collins"}
    assert home.press("forget")["event_type"] == "forgotten"
    expect(lambda: not home.people(), "the device is gone")
    expect(lambda: home.options == [], "nobody can be chosen")
    home.client.expect("sensor.larder_person", "unknown")
    assert home.client.state("binary_sensor.eileen_here") is None
    press(home.setup, "larder")
    assert home.client.state("sensor.larder_person") in {"unknown", "unknown_person"}


def ask_who_that_is(home: Home) -> None:
    """Press as a stranger for the second time, and have a phone ask who that is: its button leads to *Enrol*."""
    client = home.client
    with phone(client, "hall phone") as mine:
        asked = {"recognised": "event.larder_recognised", "phone": mine.device}
        with client.blueprint("somebody_at_the_door", **asked):
            press(home.setup, "larder")
            told = mine.notification()
    (who,) = told["data"]["actions"]
    assert told["message"] == "somebody unknown"
    assert (who["action"], who["title"]) == ("URI", "Who is this?")
    assert who["uri"] == f"/config/devices/device/{client.devices()['facet_larder']['id']}"


def name_a_visitor(home: Home, gallery: Path) -> None:
    """Come as a stranger to a household, be counted, and get a name."""
    client = home.client
    assert client.state("sensor.larder_unknown_visitors") == "0"
    with GalleryFile.open(gallery, read_recognition_card().sha256) as file:
        file.enrol("Somebody", new_references(3))
    expect(lambda: home.options == ["Somebody"], "somebody else is enrolled")
    # Of a picture each burst is one frame, and two captures make a stranger.
    press(home.setup, "larder")
    ask_who_that_is(home)
    client.expect("sensor.larder_person", "unknown_person")
    client.expect("sensor.larder_unknown_visitors", "1")
    shown = client.entity("sensor.larder_unknown_visitors")
    assert shown is not None
    (visitor,) = shown["attributes"]["visitors"]
    assert (visitor["label"], visitor["visits"]) == ("Visitor 1", 1)
    assert datetime.fromisoformat(visitor["last_seen"]) > datetime.now(UTC) - timedelta(minutes=1)
    assert home.press("name_visitor")["reason"] == "nobody_chosen"
    home.choose("Visitor 1", "selected_visitor")
    assert home.press("name_visitor")["reason"] == "no_name"
    home.type_name("Eileen")
    named = home.press("name_visitor")
    assert (named["event_type"], named["name"]) == ("enrolled", "Eileen")
    client.expect("sensor.larder_unknown_visitors", "0")
    expect(lambda: home.options_of("selected_visitor") == [], "there is nobody to choose")
    expect(lambda: "Eileen" in home.people(), "Eileen is a device")
    press(home.setup, "larder")
    client.expect("sensor.larder_person", "Eileen")
    assert client.state("sensor.larder_unknown_visitors") == "0"
    with GalleryFile.open(gallery) as file:
        for person in file.people():
            file.forget(person.id)
    expect(lambda: not home.people(), "the devices are gone")


def test_a_person_is_enrolled_recognised_renamed_and_forgotten_and_a_visitor_named(
    any_setup: Setup, smiling: Path
) -> None:
    """With a name that is typed and buttons that are pressed; the person is a device as long as they are known."""
    client = any_setup.client
    people = {"enabled": True, "visitors_days": 7}
    with any_setup.node("larder", smiling, people=people, privacy={"picture": "full"}) as node:
        home = Home(any_setup, "larder")
        assert client.state("sensor.larder_person") == "unknown"
        assert home.options == []
        device = enrol(home)
        recognise(home)
        notify(home, device)
        rename(home, device)
        look_later(home, device)
        forget(home)
        name_a_visitor(home, node.folder / "state" / PEOPLE)
        client.act("switch.turn_on", entity_id="switch.larder_privacy")
        client.expect("button.larder_enrol", "unavailable")
