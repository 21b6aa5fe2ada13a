"""The picture of the newest capture in Home Assistant: only what the owner allows, and not for long."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.broker.mosquitto import wait_for
from tests.homeassistant.client import Client
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant

# Seconds; as short as leaves a busy machine the time to look.
_EXPIRY = 8


def shown(client: Client, entity_id: str) -> bytes:
    """Return what Home Assistant gives a browser for an image entity."""
    entity = client.entity(entity_id)
    picture = entity and entity["attributes"].get("entity_picture")
    answer = client.get(picture) if picture else None
    return answer.content if answer and answer.is_success else b""


def is_shown(client: Client, entity_id: str) -> bool:
    """Whether Home Assistant gives a browser a JPEG for an image entity."""
    return shown(client, entity_id).startswith(b"\xff\xd8")


def press_until_shown(client: Client, room: str) -> None:
    """Press until there is a picture: a new device's first one may come before Home Assistant listens to it."""
    image = f"image.{room}_picture"

    def press() -> bool:
        client.act("button.press", entity_id=f"button.{room}_capture")
        # The picture itself comes a moment before the entity is available.
        return client.state(image) not in {"unavailable", "unknown", None}

    wait_for(press, f"{image} is available")
    wait_for(lambda: is_shown(client, image), "a picture")


def test_a_rule_on_the_picture_runs_for_each_real_picture_and_for_nothing_else(
    any_setup: Setup, smiling: Path
) -> None:
    """As the editor makes it: "state changed". Neither the expiry nor privacy is a picture, nor is a face too few."""
    client = any_setup.client
    image = "image.alcove_picture"
    trigger = {"trigger": "state", "entity_id": image, "not_to": ["unavailable", "unknown"]}
    rule = client.automation(
        "new_picture",
        triggers=[trigger],
        actions=[
            {
                "event": "pictured",
                "event_data": {
                    "from": "{{ trigger.from_state.state }}",
                    "at": "{{ trigger.to_state.state }}",
                },
            }
        ],
    )
    privacy = {"picture": "crop", "picture_expiry": _EXPIRY}
    nobody = smiling.with_name("nobody.png")
    cv2.imwrite(str(nobody), np.full((480, 640, 3), 128, np.uint8))

    def press() -> None:
        client.act("button.press", entity_id="button.alcove_capture")

    with ExitStack() as stack:
        node = stack.enter_context(any_setup.node("alcove", smiling, privacy=privacy))
        press_until_shown(client, "alcove")
        client.expect(image, "unavailable")
        stack.enter_context(rule)
        websocket = stack.enter_context(client.websocket())
        websocket.ask("subscribe_events", event_type="pictured")
        press()
        assert websocket.event()["data"]["from"] == "unavailable"
        press()
        assert websocket.event()["data"]["from"] not in {"unavailable", "unknown"}
        client.expect(image, "unavailable")
        press()
        assert websocket.event()["data"]["from"] == "unavailable"
        # What would fire from here on would be heard before the last press.
        node.show(nobody)
        press()
        client.expect(image, "unavailable")
        client.act("switch.turn_on", entity_id="switch.alcove_privacy")
        client.expect("switch.alcove_privacy", "on")
        client.act("switch.turn_off", entity_id="switch.alcove_privacy")
        client.expect("binary_sensor.alcove_face_present", "off")
        node.show(smiling)
        press()
        assert websocket.event()["data"] == {"from": "unavailable", "at": client.state(image)}


def test_a_picture_is_shown_as_the_owner_allows_until_it_expires(
    any_setup: Setup, smiling: Path
) -> None:
    """Home Assistant may choose less than the file allows; after a while there is none, and nothing left of it."""
    client = any_setup.client
    privacy = {"picture": "crop", "picture_expiry": _EXPIRY}
    with any_setup.node("vault", smiling, privacy=privacy):
        press_until_shown(client, "vault")
        with Image.open(BytesIO(shown(client, "image.vault_picture"))) as picture:
            assert picture.height < 300, "the face alone"
        client.expect("image.vault_picture", "unavailable")
        wait_for(lambda: not is_shown(client, "image.vault_picture"), "Home Assistant drops it")
        client.act("select.select_option", entity_id="select.vault_picture_mode", option="off")
        client.expect("select.vault_picture_mode", "off")
        client.act("button.press", entity_id="button.vault_capture")
        client.expect("sensor.vault_last_result", "face")
        client.expect("image.vault_picture", "unavailable")


def test_no_picture_stays_on_the_broker(newest_setup: Setup, smiling: Path) -> None:
    """A later subscriber receives states and discovery, and none of the pictures that were shown."""
    client = newest_setup.client
    with newest_setup.node("gate", smiling, privacy={"picture": "full"}):
        press_until_shown(client, "gate")
        with newest_setup.overhear("facet/gate/#") as late:
            late.publish("facet/gate/done", "")
            late.expect("facet/gate/done")
            # Whatever else comes answers a press that was still waiting.
            topics = {message.topic for message in late.messages if message.is_retained}
            assert "facet/gate/state" in topics
            assert "facet/gate/picture" not in topics


def test_without_being_asked_no_picture_leaves_the_node(newest_setup: Setup, smiling: Path) -> None:
    """There is no entity for it, and no message."""
    client = newest_setup.client
    with (
        newest_setup.overhear("facet/stairs/#") as observer,
        newest_setup.node("stairs", smiling),
    ):
        client.act("button.press", entity_id="button.stairs_capture")
        client.expect("sensor.stairs_last_result", "face")
        observer.expect("facet/stairs/state")
        assert "facet/stairs/picture" not in {message.topic for message in observer.drain()}
        assert client.entity("image.stairs_picture") is None


def test_a_restarted_home_assistant_shows_the_picture_again(
    newest_setup: Setup, smiling: Path
) -> None:
    """The node publishes it again: the broker does not keep it."""
    client = newest_setup.client
    with newest_setup.node("balcony", smiling, privacy={"picture": "full"}):
        press_until_shown(client, "balcony")
        before = shown(client, "image.balcony_picture")
        newest_setup.home.stop()
        newest_setup.home.start()
        wait_for(lambda: shown(client, "image.balcony_picture") == before, "the same", 30)


def test_a_node_that_was_killed_shows_no_old_picture(newest_setup: Setup, smiling: Path) -> None:
    """It is not on the node's disk, and the picture that Home Assistant remembers is replaced."""
    client = newest_setup.client
    with newest_setup.node("foyer", smiling, privacy={"picture": "full"}) as node:
        press_until_shown(client, "foyer")
        node.kill()
        newest_setup.expect_gone("foyer")
        node.start()
        client.expect("sensor.foyer_last_result", "face")
        client.expect("image.foyer_picture", "unavailable")
        wait_for(lambda: not is_shown(client, "image.foyer_picture"), "Home Assistant drops it")
