"""What leaves for good: attributes, and nodes. Home Assistant and the broker keep nothing of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from device.config import Config
from device.discovery.payload import entity_id
from device.entities.table import CATALOGUE
from device.mqtt.message import ReceivedMessage
from tests.broker.mosquitto import wait_for
from tests.homeassistant.node import Node
from tests.homeassistant.setup import HOME_ASSISTANT, Setup, press

pytestmark = pytest.mark.homeassistant

_FACET = Path(sys.executable).with_name("facet")


def kept_by_the_broker(setup: Setup, *topics: str) -> dict[str, bytes]:
    """What is retained on some topics, which may have wildcards."""
    kept: dict[str, bytes] = {}
    for topic in topics:
        with setup.overhear(topic) as observer:
            # What is retained comes before what is published from now on.
            observer.publish(topic.replace("#", "end"), "end")
            observer.expect(topic.replace("#", "end"), b"end")
            kept |= {m.topic: m.payload for m in observer.messages if is_kept(m)}
    return kept


def is_kept(message: ReceivedMessage) -> bool:
    """Whether the broker had kept a message."""
    return message.is_retained and bool(message.payload)


def facet(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command as the owner does."""
    return subprocess.run([_FACET, *arguments], capture_output=True, text=True, check=False)


def test_a_retired_node_leaves_nothing(any_setup: Setup, smiling: Path) -> None:
    """Neither its device in Home Assistant nor the last visitor's attributes at the broker; not while it runs."""
    with any_setup.node("terrace", smiling) as node:
        any_setup.client.act("button.press", entity_id="button.terrace_capture")
        any_setup.client.expect("binary_sensor.terrace_smiling", "on")
        state = kept_by_the_broker(any_setup, "facet/terrace/#")["facet/terrace/state"]
        assert b'"smiling":"ON"' in state
        assert b"young" not in state, "it is neither offered nor enabled"
        refused = facet("retire", "-c", node.folder / "facet.yaml")
        assert refused.returncode == 1
        assert "stop it first" in refused.stderr
    retired = facet("retire", "-c", node.folder / "facet.yaml")
    assert retired.returncode == 0, retired.stderr
    assert "cleared facet/terrace/state" in retired.stdout
    wait_for(lambda: not any_setup.registered("terrace"), "the device is gone")
    topics = ("facet/terrace/#", "homeassistant/device/terrace/#")
    assert kept_by_the_broker(any_setup, *topics) == {}


def test_a_node_with_another_id_leaves_nothing_under_the_one_before(
    any_setup: Setup, smiling: Path
) -> None:
    """If its user may write there; a user for each node may not, and the log says what can."""
    strong = {"username": HOME_ASSISTANT, "password": HOME_ASSISTANT}
    with any_setup.node("vault", smiling, mqtt=strong) as node:
        node.stop()
        node.configure(mqtt=strong, node={"id": "workshop"})
        node.start()
        any_setup.expect_available("workshop")
        wait_for(lambda: not any_setup.registered("vault"), "the old device is gone")
        topics = ("facet/vault/#", "homeassistant/device/vault/#")
        assert kept_by_the_broker(any_setup, *topics) == {}
        node.stop()
        # Back under the name that the setup waits for, with a user who may not clear the other one.
        node.configure()
        node.start()
        any_setup.expect_available("vault")
        wait_for(lambda: "facet retire" in node.log, "the log names what clears the rest")


def test_an_attribute_that_leaves_while_home_assistant_is_away_leaves_it_too(
    any_setup: Setup, smiling: Path
) -> None:
    """Home Assistant comes back, meets it and forgets it: its entity, and one that it had disabled."""
    gone = {"binary_sensor.dock_eyeglasses"}
    with any_setup.node("dock", smiling) as node:
        wait_for(lambda: gone <= any_setup.registered("dock"), "they are known")
        others = any_setup.registered("dock") - gone
        any_setup.home.stop()
        node.stop()
        node.configure(attributes={"disabled": ["Eyeglasses"]})
        node.start()
        _wait_until_online(any_setup, "dock")
        any_setup.home.start()
        wait_for(lambda: any_setup.registered("dock") == others, "the ghost is gone", 60)
        any_setup.expect_available("dock")


def test_an_attribute_that_leaves_with_the_nodes_memory_is_found_at_the_broker(
    newest_setup: Setup, smiling: Path
) -> None:
    """A new card for the same node: what Home Assistant has of it is in its own discovery."""
    gone = {"binary_sensor.den_smiling"}
    with newest_setup.node("den", smiling) as node:
        others = newest_setup.registered("den") - gone
        node.stop()
        _forget(node)
        node.configure(attributes={"disabled": ["Smiling"]})
        node.start()
        wait_for(lambda: newest_setup.registered("den") == others, "the ghost is gone")
        newest_setup.expect_available("den")


def test_essential_discovery_takes_all_other_entities_away_and_full_brings_them_back(
    any_setup: Setup, smiling: Path
) -> None:
    """With the ids of before; what is essential stays as it was, and the rest goes on at the broker."""
    client = any_setup.client
    plain = Config.model_validate({"mqtt": {"host": "broker"}})
    essential = {
        entity_id(row, "pavilion")
        for row in CATALOGUE
        if row.is_essential and row.requires.is_met(plain)
    }

    def enabled() -> set[str]:
        return {
            name for name, row in _registry(any_setup, "pavilion").items() if not row["disabled_by"]
        }

    with any_setup.node("pavilion", smiling) as node:
        full = _registry(any_setup, "pavilion")
        disabled = set(full) - enabled()
        assert essential < set(full)
        assert disabled
        _restart(any_setup, node, mqtt={"discovery": "essential"})
        wait_for(lambda: enabled() == essential, "only the essential ones stay")
        # To a Home Assistant that has forgotten them already it is said again, and leaves nothing new.
        with any_setup.overhear("homeassistant/device/pavilion/config") as observer:
            announced = len(observer.drain())
            observer.publish("homeassistant/status", "online")
            wait_for(lambda: len(observer.drain()) >= announced + 3, "all is announced again")
        wait_for(lambda: enabled() == essential, "still only the essential ones are there")
        left = _registry(any_setup, "pavilion")
        # Those that start disabled stay in the list of the floor version, which never removes what is disabled.
        assert set(left) - essential <= disabled
        assert {name: left[name]["id"] for name in essential} == {
            name: full[name]["id"] for name in essential
        }
        press(any_setup, "pavilion")
        client.expect("binary_sensor.pavilion_face_present", "on")
        client.expect("sensor.pavilion_hair_color", "brown")
        with any_setup.overhear("facet/pavilion/settings") as observer:
            observer.publish("facet/pavilion/set/threshold_offset", "0.1")
            obeyed = b'"threshold_offset":0.1'
            wait_for(lambda: obeyed in observer.drain()[-1].payload, "the command is obeyed")
        state = json.loads(
            kept_by_the_broker(any_setup, "facet/pavilion/#")["facet/pavilion/state"]
        )
        assert (state["smiling"], state["last_result"]) == ("ON", "face")
        _restart(any_setup, node)
        wait_for(
            lambda: any_setup.registered("pavilion") == set(full), "all are back under their ids"
        )
        any_setup.expect_available("pavilion")
        client.expect("number.pavilion_threshold_offset", "10.0")


def _registry(setup: Setup, room: str) -> dict[str, dict[str, Any]]:
    return setup.client.registered(setup.client.devices()[f"facet_{room}"]["id"])


def _restart(setup: Setup, node: Node, **sections: Mapping[str, object]) -> None:
    node.stop()
    setup.expect_gone(node.name)
    node.configure(**sections)
    node.start()


def _wait_until_online(setup: Setup, room: str) -> None:
    with setup.overhear(f"facet/{room}/status") as observer:
        observer.expect(f"facet/{room}/status", b"online")


def _forget(node: Node) -> None:
    for file in (node.folder / "state").iterdir():
        file.unlink()
