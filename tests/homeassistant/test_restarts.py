"""Whatever restarts, breaks or is renamed: all entities are available again, and right, within a stated time."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from device.errors import LinkError
from tests.broker.mosquitto import wait_for
from tests.homeassistant.network import Network
from tests.homeassistant.node import Node
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant

PRESSES = 1000
# Seconds; a press at a picture takes the node twenty milliseconds.
_BETWEEN_PRESSES = 0.03
_EVENT = re.compile(r", event ([0-9a-f-]{36})\)")

BackWithin = Callable[[float, Setup, str], AbstractContextManager[None]]

# A machine that has other things to do may take so many times as long; the report has what it took.
_BUSY = 3
# What may differ afterwards, being about the machine or the moment.
_VOLATILE = (
    "_capture", "_coalesced_presses", "_cpu_temperature", "_last_failure", "_latency", "_picture",
    "_observation", "_queue_length", "_seen",
)  # fmt: skip


def settled(setup: Setup, room: str) -> dict[str, str]:
    """Return the states of a room's entities, without those that change by themselves."""
    return {k: v for k, v in setup.entities(room).items() if not k.endswith(_VOLATILE)}


class Presses:
    """How many presses were made so far."""

    count = 0


@contextmanager
def pressing(
    setup: Setup, room: str, seconds_between: float = _BETWEEN_PRESSES
) -> Iterator[Presses]:
    """Press again and again within the context, without Home Assistant.

    Like somebody who does not wait for the broker, and presses again if it takes nothing: a member of a cluster that
    has lost another may confirm nothing for a minute.
    """
    presses, is_over = Presses(), threading.Event()
    with setup.overhear(f"facet/{room}/settings") as owner:

        def press() -> None:
            while not is_over.wait(seconds_between):
                with suppress(LinkError):
                    owner.send(f"facet/{room}/set/capture", "PRESS")
                    presses.count += 1

        thread = threading.Thread(target=press)
        thread.start()
        try:
            yield presses
        finally:
            is_over.set()
            thread.join()


def expect_all_recorded(
    setup: Setup, node: Node, report: Callable[[str], None], patience: float = 60
) -> None:
    """Wait until Home Assistant has recorded every observation of a node."""
    made = happened(node)
    assert made, f"{node.name} has observed nothing"
    wait_for(lambda: not made - recorded_events(setup, node.name), "all arrive", patience)
    report(f"{node.name}: none of {len(made)} observations is lost")


def happened(node: Node) -> set[str]:
    """Return the ids of the observations that a node has made."""
    return set(_EVENT.findall(node.log))


def recorded_events(setup: Setup, room: str) -> set[str]:
    """Return the ids of the observations that Home Assistant has recorded."""
    query = "select shared_attrs from state_attributes where shared_attrs like '%\"event_id\"%'"
    found = map(json.loads, setup.home.recorded(query))
    return {attributes["event_id"] for attributes in found if attributes.get("node") == room}


@pytest.fixture
def back_within(request: pytest.FixtureRequest, report: Callable[[str], None]) -> BackWithin:
    """A context that asserts that a room has the same states as before it about `seconds` after it."""

    def asserting(seconds: float, setup: Setup, room: str) -> AbstractContextManager[None]:
        def print_time(took: float) -> None:
            report(f"{request.node.name}: back after {took:.1f} s; expected within {seconds:.0f} s")

        return _back_within(seconds, setup, room, print_time)

    return asserting


@contextmanager
def _back_within(
    seconds: float, setup: Setup, room: str, on_back: Callable[[float], None]
) -> Iterator[None]:
    setup.client.act("button.press", entity_id=f"button.{room}_capture")
    setup.client.expect(f"binary_sensor.{room}_smiling", "on")
    before = settled(setup, room)
    assert "unavailable" not in before.values()
    yield
    start = time.monotonic()
    wait_for(
        lambda: settled(setup, room) == before, f"{room} is as before: {before}", seconds * _BUSY
    )
    on_back(time.monotonic() - start)
    # The states are not only remembered: the node answers. The event's state counts milliseconds, the last capture's
    # only seconds, and all of this may happen within one.
    last = setup.client.state(f"event.{room}_observation")
    setup.client.act("button.press", entity_id=f"button.{room}_capture")
    wait_for(
        lambda: setup.client.state(f"event.{room}_observation") not in {last, "unavailable"},
        f"{room} answers a press",
    )


@pytest.mark.parametrize("forgets", [False, True], ids=["with persistence", "without persistence"])
def test_the_broker_restarts(
    newest_setup: Setup,
    smiling: Path,
    back_within: BackWithin,
    report: Callable[[str], None],
    forgets: bool,
) -> None:
    """Node and Home Assistant both connect again, even if the broker lost everything; the node first, but it waits."""
    with newest_setup.node("attic", smiling) as node, back_within(30, newest_setup, "attic"):
        newest_setup.broker.stop()
        newest_setup.expect_gone("attic")
        if forgets:
            (newest_setup.folder / "mosquitto.db").unlink()
        newest_setup.broker.start()
        with pressing(newest_setup, "attic"):
            newest_setup.expect_available("attic")
        expect_all_recorded(newest_setup, node, report)


def test_home_assistant_restarts(
    newest_setup: Setup,
    smiling: Path,
    back_within: BackWithin,
    report: Callable[[str], None],
) -> None:
    """It finds discovery and states on the broker, and of what happened meanwhile it receives every event."""
    with newest_setup.node("pantry", smiling) as node, back_within(30, newest_setup, "pantry"):
        with pressing(newest_setup, "pantry") as presses:
            newest_setup.home.stop()
            newest_setup.home.start()
            wait_for(lambda: presses.count >= PRESSES, f"{PRESSES} presses", 90)
        expect_all_recorded(newest_setup, node, report)


def test_the_mqtt_integration_is_reloaded(
    newest_setup: Setup, smiling: Path, back_within: BackWithin
) -> None:
    """As its owner does after changing an option."""
    client = newest_setup.client
    with newest_setup.node("loft", smiling), back_within(15, newest_setup, "loft"):
        client.post(f"/api/config/config_entries/entry/{newest_setup.entry}/reload")


def test_the_node_is_killed_and_started_again(
    newest_setup: Setup, smiling: Path, back_within: BackWithin
) -> None:
    """Meanwhile it is unavailable, by its last will."""
    with newest_setup.node("shed", smiling) as node, back_within(15, newest_setup, "shed"):
        node.kill()
        newest_setup.expect_gone("shed")
        node.start()


def test_the_node_is_stopped_and_started_again(
    newest_setup: Setup, smiling: Path, back_within: BackWithin
) -> None:
    """Meanwhile it is unavailable, because it says so itself."""
    with newest_setup.node("garage", smiling) as node, back_within(15, newest_setup, "garage"):
        node.stop()
        newest_setup.expect_gone("garage")
        node.start()


def test_the_network_is_cut_and_restored(
    newest_setup: Setup, smiling: Path, back_within: BackWithin
) -> None:
    """The node notices, tries again, and announces everything again."""
    with (
        Network(newest_setup.broker.port) as network,
        newest_setup.node("terrace", smiling, network.port),
        back_within(60, newest_setup, "terrace"),
    ):
        network.cut()
        newest_setup.expect_gone("terrace")
        network.restore()


def removed_device(setup: Setup, node: Node) -> None:
    """Delete the device in Home Assistant, as its owner does on its page."""
    device = setup.client.devices()[f"facet_{node.name}"]
    command, more = "config/device_registry/remove", {}
    if setup.home.version < "2026":
        command, more = f"{command}_config_entry", {"config_entry_id": setup.entry}
    setup.client.ask(command, device_id=device["id"], **more)


def removed_discovery(setup: Setup, node: Node) -> None:
    """Delete the discovery message on the broker, as a tool for cleaning up does."""
    with setup.overhear("#") as owner:
        owner.publish(f"homeassistant/device/{node.name}/config", "", retain=True)


@pytest.mark.parametrize("remove", [removed_device, removed_discovery])
def test_a_removed_node_is_there_again_after_its_next_start(
    newest_setup: Setup,
    smiling: Path,
    back_within: BackWithin,
    remove: Callable[[Setup, Node], None],
) -> None:
    """Under the same ids, so that automations and dashboards work as before."""
    with newest_setup.node("workshop", smiling) as node, back_within(20, newest_setup, "workshop"):
        remove(newest_setup, node)
        wait_for(lambda: not newest_setup.entities("workshop"), "the device is gone")
        node.stop()
        node.start()


def test_a_renamed_node_keeps_its_entities(
    newest_setup: Setup, smiling: Path, back_within: BackWithin
) -> None:
    """The device has the new name, and every id is as it was."""
    with newest_setup.node("bedroom", smiling) as node, back_within(15, newest_setup, "bedroom"):
        node.stop()
        node.configure(node={"name": "Camera above the bed"})
        node.start()
        wait_for(
            lambda: (
                newest_setup.client.devices()["facet_bedroom"]["name"] == "Camera above the bed"
            ),
            "the device has its new name",
        )


def test_an_attribute_that_is_disabled_disappears(
    newest_setup: Setup, smiling: Path, back_within: BackWithin
) -> None:
    """Its entity and its device trigger go, all others stay; when it is enabled again they are back."""
    client = newest_setup.client
    with newest_setup.node("laundry", smiling) as node, back_within(15, newest_setup, "laundry"):
        node.stop()
        node.configure(attributes={"disabled": ["Eyeglasses"]})
        node.start()
        wait_for(
            lambda: "binary_sensor.laundry_eyeglasses" not in newest_setup.entities("laundry"),
            "the entity is gone",
        )
        newest_setup.expect_available("laundry")
        device = client.devices()["facet_laundry"]["id"]
        offered = client.ask("device_automation/trigger/list", device_id=device)
        assert "eyeglasses" not in {trigger.get("subtype") for trigger in offered}
        node.stop()
        newest_setup.expect_gone("laundry")
        node.configure()
        node.start()
