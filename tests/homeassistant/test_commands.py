"""What is switched and set in Home Assistant changes the node, and is published as its state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device.updates.release.sign import make_key, read_private_key, write_index
from tests.broker.mosquitto import wait_for
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant

# What a target of an action is called, and where the device has it.
_OF_DEVICE = {"area_id": "area_id", "device_id": "id"}


def test_the_privacy_switch_releases_the_camera_and_gives_it_back(
    newest_setup: Setup, smiling: Path
) -> None:
    """What needs the camera is unavailable meanwhile, and a press is answered with the reason."""
    client = newest_setup.client
    with newest_setup.node("bathroom", smiling):
        client.act("switch.turn_on", entity_id="switch.bathroom_privacy")
        client.expect("switch.bathroom_privacy", "on")
        client.expect("binary_sensor.bathroom_smiling", "unavailable")
        client.act("button.press", entity_id="button.bathroom_capture")
        client.expect("sensor.bathroom_last_result", "privacy")
        client.act("switch.turn_off", entity_id="switch.bathroom_privacy")
        newest_setup.expect_available("bathroom")


def test_a_number_is_applied_and_kept(newest_setup: Setup, smiling: Path) -> None:
    """It is in the settings that the node publishes, and still is after a restart of the node."""
    client = newest_setup.client
    with newest_setup.node("study", smiling) as node:
        client.act("number.set_value", entity_id="number.study_threshold_offset", value=0.15)
        client.expect("number.study_threshold_offset", "0.15")
        node.stop()
        newest_setup.expect_gone("study")
        node.start()
        newest_setup.expect_available("study")
        client.expect("number.study_threshold_offset", "0.15")
    with newest_setup.overhear("facet/study/settings") as observer:
        settings = json.loads(observer.expect("facet/study/settings").payload)
        assert settings["threshold_offset"] == 0.15


def test_the_motion_sensor_is_disarmed_and_its_cool_down_set(
    newest_setup: Setup, smiling: Path
) -> None:
    """The node publishes each change; the smallest step is one second."""
    client = newest_setup.client
    with newest_setup.node("barn", smiling, triggers={"motion": {"pin": 4, "cool_down": 30}}):
        client.expect("switch.barn_motion_trigger", "on")
        client.act("switch.turn_off", entity_id="switch.barn_motion_trigger")
        client.expect("switch.barn_motion_trigger", "off")
        client.act("number.set_value", entity_id="number.barn_motion_cool_down", value=120)
        client.expect("number.barn_motion_cool_down", "120.0")


def test_a_picture_mode_is_chosen(newest_setup: Setup, smiling: Path) -> None:
    """Among those that the file allows; Home Assistant itself rejects the others."""
    client = newest_setup.client
    with newest_setup.node("den", smiling, privacy={"picture": "crop"}):
        client.expect("select.den_picture_mode", "crop")
        client.act("select.select_option", entity_id="select.den_picture_mode", option="blurred")
        client.expect("select.den_picture_mode", "blurred")
        with pytest.raises(AssertionError, match="select_option"):
            client.act("select.select_option", entity_id="select.den_picture_mode", option="full")
        client.expect("select.den_picture_mode", "blurred")


def test_the_button_install_asks_for_the_release_that_is_shown(
    any_setup: Setup, smiling: Path, tmp_path: Path
) -> None:
    """With what is new. A file that is another one ends the progress; the right one waits for root, who is not here."""
    client = any_setup.client
    key = make_key(tmp_path / "release.pem")
    wheel = tmp_path / "facet_node-9.9.0-py3-none-any.whl"
    wheel.write_bytes(b"PK wheel")
    index = write_index(
        tmp_path / "site",
        read_private_key(tmp_path / "release.pem"),
        wheel,
        [],
        summary="Finds smaller faces.",
        release_url="https://example.org/facet/9.9.0",
    )
    updates = {"index": str(index), "allow_install": True, "public_key": key}

    def shown() -> dict[str, Any]:
        software = client.entity("update.tower_software")
        return software["attributes"] if software is not None else {}

    with any_setup.node("tower", smiling, updates=updates) as node:
        client.expect("update.tower_software", "on")
        assert shown()["title"] == "Facet"
        assert shown()["release_summary"] == "Finds smaller faces."
        assert shown()["release_url"] == "https://example.org/facet/9.9.0"
        offered = tmp_path / "site" / wheel.name
        offered.write_bytes(b"malice")
        client.act("update.install", entity_id="update.tower_software")
        wait_for(
            lambda: "it is another file" in (client.state("sensor.tower_last_update") or ""),
            "the file is rejected",
        )
        wait_for(lambda: shown()["in_progress"] is False, "the progress has ended")
        assert shown()["update_percentage"] is None
        offered.write_bytes(wheel.read_bytes())
        client.act("update.install", entity_id="update.tower_software")
        wait_for(lambda: shown()["in_progress"] is True, "the installation is in progress")
        wait_for(lambda: shown()["update_percentage"] == 90, "root is shown to be at work")
        wait_for((node.folder / "state" / "update" / "request").exists, "root is asked")


@pytest.mark.parametrize("target", ["area_id", "device_id"])
def test_turning_everything_off_leaves_privacy_and_the_motion_trigger_as_they_are(
    any_setup: Setup, smiling: Path, target: str
) -> None:
    """Neither an area nor a device stands for what configures it: the camera stays off, and motion goes on counting."""
    client = any_setup.client
    with any_setup.node("cloakroom", smiling, triggers={"motion": {"pin": 4}}) as node:
        device = client.devices()[f"facet_{node.name}"]
        client.act("switch.turn_on", entity_id="switch.cloakroom_privacy")
        client.expect("switch.cloakroom_privacy", "on")
        client.act("homeassistant.turn_off", **{target: device[_OF_DEVICE[target]]})
        # A command after it, of which the answer is known: the one before would have been answered first.
        client.act("number.set_value", entity_id="number.cloakroom_threshold_offset", value=0.07)
        client.expect("number.cloakroom_threshold_offset", "0.07")
        assert client.state("switch.cloakroom_privacy") == "on"
        assert client.state("switch.cloakroom_motion_trigger") == "on"
        client.act("switch.turn_off", entity_id="switch.cloakroom_privacy")
        client.expect("switch.cloakroom_privacy", "off")
