"""What is switched and set in Home Assistant changes the node, and is published as its state."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from device.discovery.templates import command_template, value_template
from device.entities.commands import read_command
from device.entities.kinds import Number
from device.entities.requests import Change
from device.entities.table import CATALOGUE
from device.updates.release.sign import make_key, read_private_key, write_index
from tests.broker.mosquitto import wait_for
from tests.broker.observer import Observer
from tests.homeassistant.setup import Setup, press

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
        client.act("number.set_value", entity_id="number.study_threshold_offset", value=15)
        client.expect("number.study_threshold_offset", "15.0")
        node.stop()
        newest_setup.expect_gone("study")
        node.start()
        newest_setup.expect_available("study")
        client.expect("number.study_threshold_offset", "15.0")
    with newest_setup.overhear("facet/study/settings") as observer:
        settings = json.loads(observer.expect("facet/study/settings").payload)
        assert settings["threshold_offset"] == 0.15


def test_caution_is_a_slider_in_per_cent_and_a_fraction_at_the_broker(
    any_setup: Setup, smiling: Path
) -> None:
    """Every per cent becomes the step that the node takes, and is shown as that again."""
    client, topic = any_setup.client, "facet/atrium/settings"
    with any_setup.node("atrium", smiling), any_setup.overhear(topic) as observer:
        client.expect("number.atrium_threshold_offset", "0.0")
        slider = client.entity("number.atrium_threshold_offset")
        assert slider is not None
        shown = slider["attributes"]
        assert (shown["min"], shown["max"], shown["step"]) == (-40, 40, 1)
        assert (shown["unit_of_measurement"], shown["mode"]) == ("%", "slider")
        assert shown["friendly_name"] == "Atrium camera Caution"
        for percent, fraction in ((10, 0.1), (-7, -0.07), (40, 0.4)):
            client.act(
                "number.set_value", entity_id="number.atrium_threshold_offset", value=percent
            )
            client.expect("number.atrium_threshold_offset", f"{percent:.1f}")
            wait_for(partial(is_offset, observer, fraction), f"the node publishes {fraction}")
        # Whoever publishes to the topic without Home Assistant does it as before.
        observer.publish("facet/atrium/set/threshold_offset", "0.29")
        client.expect("number.atrium_threshold_offset", "29.0")


def is_offset(observer: Observer, fraction: float) -> bool:
    """Return whether the newest settings have this offset; another client may receive them later than this one."""
    newest = observer.drain()[-1]
    return bool(json.loads(newest.payload)["threshold_offset"] == fraction)


def test_home_assistant_makes_a_step_of_every_per_cent_and_a_per_cent_of_every_step(
    any_setup: Setup,
) -> None:
    """Without what floating point adds, such as 7.000000000000001."""
    row = next(row for row in CATALOGUE if isinstance(row, Number) and row.is_fraction)
    percents = range(-40, 41)
    template = (
        "{% for value in percents %}"
        f"{command_template(row)} "
        "{% endfor %}|{% for value_json in documents %}"
        f"{value_template(row)} "
        "{% endfor %}"
    )
    variables = {
        "percents": list(percents),
        "documents": [{row.key: percent / 100} for percent in percents],
    }
    rendered = any_setup.client.render(template, **variables)
    commands, shown = (part.split() for part in rendered.split("|"))
    changes = [read_command(CATALOGUE, row.key, command.encode()) for command in commands]
    values = [change.value for change in changes if isinstance(change, Change)]
    assert values == [percent / 100 for percent in percents]
    assert shown == [f"{percent:.1f}" for percent in percents]


def test_more_caution_shows_at_once_on_who_was_seen_last(any_setup: Setup, smiling: Path) -> None:
    """The states follow the slider; there is no other event, and after privacy there is nobody to decide about."""
    client, caution = any_setup.client, "number.solarium_threshold_offset"
    hair, oval = "sensor.solarium_hair_color", "binary_sensor.solarium_oval_face"
    # Its probability is neither near zero nor near one.
    enabled = {"enabled": ["Oval_Face"]}
    with (
        any_setup.node("solarium", smiling, attributes=enabled),
        any_setup.overhear("facet/solarium/event") as observer,
    ):
        press(any_setup, "solarium")
        client.expect(hair, "brown")
        client.expect(oval, "on")
        event, events = client.state("event.solarium_observation"), len(observer.drain())
        for percent, expected in ((40, ("unknown", "off")), (-40, ("brown", "on"))):
            client.act("number.set_value", entity_id=caution, value=percent)
            client.expect(hair, expected[0])
            client.expect(oval, expected[1])
        client.act("switch.turn_on", entity_id="switch.solarium_privacy")
        client.expect(oval, "unavailable")
        client.act("number.set_value", entity_id=caution, value=0)
        client.act("switch.turn_off", entity_id="switch.solarium_privacy")
        client.expect(oval, "unknown")
        client.act("number.set_value", entity_id=caution, value=-40)
        client.expect(caution, "-40.0")
        assert client.state(oval) == "unknown"
        assert client.state("event.solarium_observation") == event
        assert len(observer.drain()) == events


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
        client.act("number.set_value", entity_id="number.cloakroom_threshold_offset", value=7)
        client.expect("number.cloakroom_threshold_offset", "7.0")
        assert client.state("switch.cloakroom_privacy") == "on"
        assert client.state("switch.cloakroom_motion_trigger") == "on"
        client.act("switch.turn_off", entity_id="switch.cloakroom_privacy")
        client.expect("switch.cloakroom_privacy", "off")
