"""Whatever restarts, breaks or is renamed: all entities are available again, and right, within a stated time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.homeassistant.house import House
from tests.homeassistant.network import Network
from tests.homeassistant.node import Node

pytestmark = pytest.mark.homeassistant

BackWithin = Callable[[float, House, str], AbstractContextManager[None]]

# What may differ afterwards, being about the machine or the moment.
_VOLATILE = ("_capture", "_cpu_temperature", "_picture", "_observation", "_queue_length")


def settled(house: House, room: str) -> dict[str, str]:
    """What a room's entities say, but for what changes by itself."""
    return {k: v for k, v in house.entities(room).items() if not k.endswith(_VOLATILE)}


@pytest.fixture
def back_within(request: pytest.FixtureRequest, report: Callable[[str], None]) -> BackWithin:
    """A context that claims that after what happens in it a room is as it was, within so many seconds."""

    def claim(seconds: float, house: House, room: str) -> AbstractContextManager[None]:
        def say(took: float) -> None:
            report(f"{request.node.name}: back after {took:.1f} s of {seconds:.0f} s allowed")

        return _back_within(seconds, house, room, say)

    return claim


@contextmanager
def _back_within(
    seconds: float, house: House, room: str, say: Callable[[float], None]
) -> Iterator[None]:
    house.client.act("button.press", entity_id=f"button.{room}_capture")
    house.client.expect(f"binary_sensor.{room}_smiling", "on")
    before = settled(house, room)
    assert "unavailable" not in before.values()
    yield
    start = time.monotonic()
    wait_for(lambda: settled(house, room) == before, f"{room} is as before: {before}", seconds)
    say(time.monotonic() - start)
    # It is not only a memory: the node answers. The event's state counts milliseconds, the last capture's
    # only seconds, and all of this may happen within one.
    last = house.client.state(f"event.{room}_observation")
    house.client.act("button.press", entity_id=f"button.{room}_capture")
    wait_for(
        lambda: house.client.state(f"event.{room}_observation") not in {last, "unavailable"},
        f"{room} answers a press",
    )


@pytest.mark.parametrize("forgets", [False, True], ids=["with persistence", "without persistence"])
def test_the_broker_restarts(
    newest_house: House, smiling: Path, back_within: BackWithin, forgets: bool
) -> None:
    """Node and Home Assistant both come back to it, even if it forgot everything."""
    with newest_house.node("attic", smiling), back_within(30, newest_house, "attic"):
        newest_house.broker.stop()
        newest_house.expect_gone("attic")
        if forgets:
            (newest_house.folder / "mosquitto.db").unlink()
        newest_house.broker.start()


def test_home_assistant_restarts(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """It finds discovery and states on the broker, and the node is not disturbed."""
    with newest_house.node("pantry", smiling), back_within(30, newest_house, "pantry"):
        newest_house.home.stop()
        newest_house.home.start()


def test_the_mqtt_integration_is_reloaded(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """As its owner does after changing an option."""
    client = newest_house.client
    with newest_house.node("loft", smiling), back_within(15, newest_house, "loft"):
        client.post(f"/api/config/config_entries/entry/{newest_house.entry}/reload")


def test_the_node_is_killed_and_started_again(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """Meanwhile it is unavailable, by its last will."""
    with newest_house.node("shed", smiling) as node, back_within(15, newest_house, "shed"):
        node.kill()
        newest_house.expect_gone("shed")
        node.start()


def test_the_node_is_stopped_and_started_again(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """Meanwhile it is unavailable, by its own word."""
    with newest_house.node("garage", smiling) as node, back_within(15, newest_house, "garage"):
        node.stop()
        newest_house.expect_gone("garage")
        node.start()


def test_the_network_is_cut_and_mended(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """The node notices, tries again, and announces everything afresh."""
    with (
        Network(newest_house.broker.port) as network,
        newest_house.node("terrace", smiling, network.port),
        back_within(60, newest_house, "terrace"),
    ):
        network.cut()
        newest_house.expect_gone("terrace")
        network.mend()


def removed_device(house: House, node: Node) -> None:
    """Delete the device in Home Assistant, as its owner does on its page."""
    device = house.client.devices()[f"facet_{node.name}"]
    command, more = "config/device_registry/remove", {}
    if house.home.version < "2026":
        command, more = f"{command}_config_entry", {"config_entry_id": house.entry}
    house.client.ask(command, device_id=device["id"], **more)


def removed_discovery(house: House, node: Node) -> None:
    """Take discovery from the broker, as a tool for cleaning up does."""
    with house.overhear("#") as owner:
        owner.publish(f"homeassistant/device/{node.name}/config", "", retain=True)


@pytest.mark.parametrize("remove", [removed_device, removed_discovery])
def test_a_removed_node_is_there_again_after_its_next_start(
    newest_house: House,
    smiling: Path,
    back_within: BackWithin,
    remove: Callable[[House, Node], None],
) -> None:
    """Under the same ids, so that automations and dashboards work as before."""
    with newest_house.node("workshop", smiling) as node, back_within(20, newest_house, "workshop"):
        remove(newest_house, node)
        wait_for(lambda: not newest_house.entities("workshop"), "the device is gone")
        node.stop()
        node.start()


def test_a_renamed_node_keeps_its_entities(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """The device has the new name, and every id is as it was."""
    with newest_house.node("bedroom", smiling) as node, back_within(15, newest_house, "bedroom"):
        node.stop()
        node.configure(node={"name": "Camera above the bed"})
        node.start()
        wait_for(
            lambda: (
                newest_house.client.devices()["facet_bedroom"]["name"] == "Camera above the bed"
            ),
            "the device has its new name",
        )


def test_an_attribute_that_is_switched_off_disappears(
    newest_house: House, smiling: Path, back_within: BackWithin
) -> None:
    """Its entity and its device trigger go, all others stay; switched on again they are back."""
    client = newest_house.client
    with newest_house.node("laundry", smiling) as node, back_within(15, newest_house, "laundry"):
        node.stop()
        node.configure(attributes={"disabled": ["Eyeglasses"]})
        node.start()
        wait_for(
            lambda: "binary_sensor.laundry_eyeglasses" not in newest_house.entities("laundry"),
            "the entity is gone",
        )
        newest_house.expect_available("laundry")
        device = client.devices()["facet_laundry"]["id"]
        offered = client.ask("device_automation/trigger/list", device_id=device)
        assert "eyeglasses" not in {trigger.get("subtype") for trigger in offered}
        node.stop()
        newest_house.expect_gone("laundry")
        node.configure()
        node.start()
