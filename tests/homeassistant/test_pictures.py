"""The picture of the newest capture in Home Assistant: only as far as the owner lets it leave, and not for long."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from device.node.picture import blank
from tests.broker.mosquitto import wait_for
from tests.homeassistant.client import Client
from tests.homeassistant.house import House

pytestmark = pytest.mark.homeassistant


def shown(client: Client, entity_id: str) -> bytes:
    """What Home Assistant gives a browser for an image entity."""
    entity = client.entity(entity_id)
    picture = entity and entity["attributes"].get("entity_picture")
    return client.get(picture).content if picture else b""


def test_a_picture_is_shown_as_the_owner_allows_until_it_expires(
    any_house: House, smiling: Path
) -> None:
    """Home Assistant may choose less than the file allows; after a while there is a blank one."""
    client = any_house.client
    privacy = {"picture": "crop", "picture_expiry": 5}
    with any_house.node("vault", smiling, privacy=privacy):
        client.act("button.press", entity_id="button.vault_capture")
        wait_for(lambda: len(shown(client, "image.vault_picture")) > len(blank()), "a picture")
        with Image.open(BytesIO(shown(client, "image.vault_picture"))) as picture:
            assert picture.height < 300, "the face alone"
        wait_for(lambda: shown(client, "image.vault_picture") == blank(), "a blank one")
        client.act("select.select_option", entity_id="select.vault_picture_mode", option="off")
        client.expect("select.vault_picture_mode", "off")
        client.act("button.press", entity_id="button.vault_capture")
        client.expect("sensor.vault_last_result", "face")
        assert shown(client, "image.vault_picture") == blank()


def test_no_picture_stays_on_the_broker(newest_house: House, smiling: Path) -> None:
    """Who subscribes later finds states and discovery, and none of the pictures that were shown."""
    client = newest_house.client
    with newest_house.node("gate", smiling, privacy={"picture": "full"}):
        client.act("button.press", entity_id="button.gate_capture")
        wait_for(lambda: len(shown(client, "image.gate_picture")) > len(blank()), "a picture")
        with newest_house.overhear("facet/gate/#") as late:
            late.publish("facet/gate/done", "")
            late.expect("facet/gate/done")
            topics = {message.topic for message in late.messages}
            assert "facet/gate/state" in topics
            assert "facet/gate/picture" not in topics


def test_without_being_asked_no_picture_leaves_the_node(newest_house: House, smiling: Path) -> None:
    """There is no entity for it, and no message."""
    client = newest_house.client
    with (
        newest_house.overhear("facet/stairs/#") as observer,
        newest_house.node("stairs", smiling),
    ):
        client.act("button.press", entity_id="button.stairs_capture")
        client.expect("sensor.stairs_last_result", "face")
        observer.expect("facet/stairs/state")
        assert "facet/stairs/picture" not in {message.topic for message in observer.drain()}
        assert client.entity("image.stairs_picture") is None


def test_a_restarted_home_assistant_shows_the_picture_again(
    newest_house: House, smiling: Path
) -> None:
    """From the node's memory: the broker has none."""
    client = newest_house.client
    with newest_house.node("balcony", smiling, privacy={"picture": "full"}):
        client.act("button.press", entity_id="button.balcony_capture")
        wait_for(lambda: len(shown(client, "image.balcony_picture")) > len(blank()), "a picture")
        before = shown(client, "image.balcony_picture")
        newest_house.home.stop()
        newest_house.home.start()
        wait_for(lambda: shown(client, "image.balcony_picture") == before, "the same", 30)


def test_a_node_that_was_killed_shows_no_old_picture(newest_house: House, smiling: Path) -> None:
    """Nothing of it is on its disk, and what Home Assistant still remembers is replaced."""
    client = newest_house.client
    with newest_house.node("foyer", smiling, privacy={"picture": "full"}) as node:
        client.act("button.press", entity_id="button.foyer_capture")
        wait_for(lambda: len(shown(client, "image.foyer_picture")) > len(blank()), "a picture")
        node.kill()
        newest_house.expect_gone("foyer")
        node.start()
        wait_for(lambda: shown(client, "image.foyer_picture") == blank(), "a blank one")
