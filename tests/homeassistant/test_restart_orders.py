"""Ten orders in which node, broker and Home Assistant restart: everything returns, and no rule runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.homeassistant.node import Node
from tests.homeassistant.setup import BACK, Setup, press
from tests.homeassistant.test_moments import (
    ALL,
    EXPIRY,
    editor_rules,
    expect_each_rule_runs_once,
    expect_nothing_known,
)

pytestmark = pytest.mark.homeassistant

ROOM = "arcade"
ORDERS = (
    ("stop node", "start node"),
    ("kill node", "start node"),
    ("stop broker", "start broker"),
    ("stop home", "start home"),
    ("stop broker", "stop node", "start node", "start broker"),
    ("stop node", "stop broker", "start broker", "start node"),
    ("stop broker", "stop home", "start home", "start broker"),
    ("stop node", "stop home", "start home", "start node"),
    ("stop home", "stop broker", "start broker", "start home"),
    ("stop home", "stop broker", "stop node", "start node", "start home", "start broker"),
)
# What may differ afterwards, being about the machine, the moment or the kill. Home Assistant does not restore an event
# that was unavailable when it stopped.
_VOLATILE = (
    "_capture",
    "_cpu_temperature",
    "_queue_length",
    "_last_failure",
    "_observation",
    "_seen",
)
_REFERENCE = "sensor.reference"


@contextmanager
def reference(setup: Setup) -> Iterator[None]:
    """A sensor that only the broker and Home Assistant bring back: their share of the time."""
    discovery, state = (f"homeassistant/sensor/reference/{name}" for name in ("config", "state"))
    about = {
        "name": "Reference",
        "unique_id": "reference",
        "default_entity_id": _REFERENCE,
        "state_topic": state,
    }
    with setup.overhear("#") as owner:
        owner.publish(state, "there", retain=True)
        owner.publish(discovery, json.dumps(about), retain=True)
        setup.client.expect(_REFERENCE, "there")
    try:
        yield
    finally:
        with setup.overhear("#") as owner:
            owner.publish(discovery, "", retain=True)
            owner.publish(state, "", retain=True)


def returned(setup: Setup, wanted: Mapping[str, str], began: float) -> tuple[float, float]:
    """Return after how many seconds the node's entities, and the reference, were as before."""
    times: dict[str, float] = {}
    states: dict[str, str] = {}

    def are_back() -> bool:
        states.clear()
        states.update(setup.client.states())
        if states.get(_REFERENCE) == "there":
            times.setdefault("reference", time.monotonic() - began)
        if all(states.get(entity) == state for entity, state in wanted.items()):
            times.setdefault("node", time.monotonic() - began)
        return len(times) > 1

    try:
        wait_for(are_back, "node and reference are back", BACK)
    except AssertionError as error:
        others = {k: states.get(k) for k, v in wanted.items() if states.get(k) != v}
        message = f"{error}: {times} {others}"
        raise AssertionError(message) from None
    return times["node"], times["reference"]


def test_whatever_restarts_in_which_order_everything_returns_and_no_rule_runs(
    newest_setup: Setup, smiling: Path, report: Callable[[str], None]
) -> None:
    """What was seen is over by then, so that the next seeing is the first thing that a rule runs for."""
    setup, client = newest_setup, newest_setup.client

    def last_runs() -> list[object]:
        names = (f"automation.rule_{ROOM}_{rule.replace(' ', '_')}" for rule in ALL)
        rules = (client.entity(name) for name in names)
        return [rule["attributes"]["last_triggered"] if rule else None for rule in rules]

    with (
        setup.node(ROOM, smiling, attributes={"expiry": EXPIRY}) as node,
        reference(setup),
        editor_rules(setup, ROOM) as websocket,
    ):
        steps = _steps(setup, node)
        expect_each_rule_runs_once(setup, ROOM, websocket)
        expect_nothing_known(setup, ROOM)
        wanted = {k: v for k, v in setup.entities(ROOM).items() if not k.endswith(_VOLATILE)}
        before = last_runs()
        for order in ORDERS:
            for step in order[:-1]:
                steps[step]()
            began = time.monotonic()
            steps[order[-1]]()
            own, others = returned(setup, wanted, began)
            report(
                f"{', '.join(order)}: back after {own:.1f} s, the rest of MQTT after {others:.1f} s"
            )
            wait_for(lambda: None not in last_runs(), "the rules are back")
            assert last_runs() == before, order
        press(setup, ROOM)
        wait_for(lambda: not set(last_runs()) & set(before), "each rule runs at the next seeing")


def _steps(setup: Setup, node: Node) -> dict[str, Callable[[], object]]:
    def gone(end: Callable[[], object]) -> Callable[[], object]:
        def ended() -> None:
            end()
            # Or the restart would be over before Home Assistant has noticed it.
            if setup.client.states():
                setup.expect_gone(ROOM)

        return ended

    return {
        "stop node": gone(node.stop),
        "kill node": gone(node.kill),
        "start node": node.start,
        "stop broker": gone(setup.broker.stop),
        "start broker": setup.broker.start,
        "stop home": setup.home.stop,
        "start home": setup.home.start,
    }
