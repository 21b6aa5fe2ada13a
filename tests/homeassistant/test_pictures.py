"""The picture of the newest capture in Home Assistant: only what the owner allows, and not for long."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from device.node.picture import blank
from tests.broker.mosquitto import wait_for
from tests.homeassistant.client import Client
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant


def shown(client: Client, entity_id: str) -> bytes:
    """Return what Home Assistant gives a browser for an image entity."""
    entity = client.entity(entity_id)
    picture = entity and entity["attributes"].get("entity_picture")
    return client.get(picture).content if picture else b""


def test_a_picture_is_shown_as_the_owner_allows_until_it_expires(
    any_setup: Setup, smiling: Path
) -> None:
    """Home Assistant may choose less than the file allows; it is replaced by a blank picture after a while."""
    client = any_setup.client
    privacy = {"picture": "crop", "picture_expiry": 5}
    with any_setup.node("vault", smiling, privacy=privacy):
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


def test_no_picture_stays_on_the_broker(newest_setup: Setup, smiling: Path) -> None:
    """A later subscriber receives states and discovery, and none of the pictures that were shown."""
    client = newest_setup.client
    with newest_setup.node("gate", smiling, privacy={"picture": "full"}):
        client.act("button.press", entity_id="button.gate_capture")
        wait_for(lambda: len(shown(client, "image.gate_picture")) > len(blank()), "a picture")
        with newest_setup.overhear("facet/gate/#") as late:
            late.publish("facet/gate/done", "")
            late.expect("facet/gate/done")
            topics = {message.topic for message in late.messages}
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
        client.act("button.press", entity_id="button.balcony_capture")
        wait_for(lambda: len(shown(client, "image.balcony_picture")) > len(blank()), "a picture")
        before = shown(client, "image.balcony_picture")
        newest_setup.home.stop()
        newest_setup.home.start()
        wait_for(lambda: shown(client, "image.balcony_picture") == before, "the same", 30)


def test_a_node_that_was_killed_shows_no_old_picture(newest_setup: Setup, smiling: Path) -> None:
    """It is not on the node's disk, and the picture that Home Assistant remembers is replaced."""
    client = newest_setup.client
    with newest_setup.node("foyer", smiling, privacy={"picture": "full"}) as node:
        client.act("button.press", entity_id="button.foyer_capture")
        wait_for(lambda: len(shown(client, "image.foyer_picture")) > len(blank()), "a picture")
        node.kill()
        newest_setup.expect_gone("foyer")
        node.start()
        wait_for(lambda: shown(client, "image.foyer_picture") == blank(), "a blank one")
