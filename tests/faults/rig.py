"""A node, the bad network and the broker in a row, a subscriber behind them, and what must hold of all four."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from device.entities.documents import DIAGNOSTICS, STATE
from tests.broker.mosquitto import Mosquitto, free_port, wait_for
from tests.broker.observer import observe
from tests.faults.process import TOPICS, Node
from tests.faults.proxy import Proxy
from tests.faults.scale import RECOVERY
from tests.faults.subscriber import Subscriber, differences

KEEPS_ALL = ("allow_anonymous true", "max_queued_messages 0")
"""For a broker that accepts every client, and drops nothing that an absent subscriber was to get."""


@contextmanager
def broker_that_keeps_all(folder: Path) -> Iterator[Mosquitto]:
    """Run such a broker, with its files in a new folder."""
    folder.mkdir()
    with Mosquitto(folder, free_port(), KEEPS_ALL) as running:
        yield running


STATE_TOPIC = TOPICS.document(STATE)


@dataclass
class Rig:
    """Everything of one test.

    Attributes:
        uncommitted: observations that a kill ended between the log's line and the disk; nothing was promised of them.
    """

    broker: Mosquitto
    proxy: Proxy
    node: Node
    subscriber: Subscriber
    uncommitted: set[str] = field(default_factory=set)

    def wait_until_online(self) -> None:
        """Wait until the node has announced itself, and its camera is there."""
        self.subscriber.wait_for(TOPICS.camera_status, b"online")
        self.subscriber.wait_for(TOPICS.status, b"online")

    def kill(self) -> None:
        """Kill the node, and record the observation that it was about to put on disk.

        The log names an observation before it is committed. At most the last one may be neither on disk nor
        underway; every other one is promised.
        """
        self.node.kill()
        safe = {*self.node.waiting(), *self.proxy.seen, *self.uncommitted}
        missing = [event_id for event_id in self.node.log.observed if event_id not in safe]
        assert missing in ([], self.node.log.observed[-1:]), f"lost by the kill: {missing}"
        self.uncommitted.update(missing)

    def press_and_wait(self, times: int = 1) -> None:
        """Press until there are `times` more observations, each press once the one before was answered."""
        self.node.wait_until_pressable()
        self.observe(times, self.node.press)

    def observe(self, times: int, press: Callable[[], None]) -> None:
        """Press in some way until there are `times` more observations; a press during a burst adds none."""
        wanted = len(self.node.log.observed) + times
        while len(self.node.log.observed) < wanted:
            answers = self.node.log.answers + 1
            press()
            wait_for(partial(self._are_answered, answers), "the press is answered", RECOVERY)

    def _are_answered(self, presses: int) -> bool:
        return self.node.log.answers >= presses

    def wait_for_arrivals(self) -> None:
        """Wait until the subscriber has every observation that was promised."""
        wait_for(
            lambda: not self.subscriber.missing(self.promised),
            "every promised observation has come",
            RECOVERY,
        )

    def settle(self) -> None:
        """Wait for the arrivals, and until the node knows that the broker has them all."""
        self.wait_for_arrivals()
        wait_for(lambda: not self.node.waiting(), "the outbox is empty", RECOVERY)

    @property
    def promised(self) -> set[str]:
        """The ids of all observations that must reach the subscriber."""
        return set(self.node.log.observed) - self.uncommitted

    def check(self) -> None:
        """Press once more, settle, and assert what must hold whatever has happened before."""
        self.press_and_wait()
        self.settle()
        self.check_deliveries()

    def check_deliveries(self) -> None:
        """Assert that all that was observed has come, nothing else, and that the state is the newest one's."""
        self.wait_for_arrivals()
        assert not self.subscriber.contradictions
        assert set(self.subscriber.events) <= set(self.node.log.observed)
        assert "Traceback" not in self.node.log.text, self.node.log.text[-5000:]
        self.check_state()

    def diagnostics(self) -> dict[str, Any]:
        """Return the node's newest diagnostics; almost nothing, if there are none yet."""
        newest = self.subscriber.latest.get(TOPICS.document(DIAGNOSTICS), b"{}")
        return {"dropped_events": None, **json.loads(newest)}

    def check_state(self) -> None:
        """Assert that the broker's retained state is the newest observation's, or becomes it in a moment."""
        wait_for(
            lambda: not self._state_differences(),
            f"the retained state is the newest observation's, but for {self._state_differences()}",
        )

    def _state_differences(self) -> dict[str, Any]:
        # Presses may still go on: the newest observation may change each time.
        promised = [
            event_id for event_id in self.node.log.observed if event_id not in self.uncommitted
        ]
        newest = self.subscriber.events.get(promised[-1])
        if newest is None:
            return {"event_id": promised[-1]}
        with observe(self.broker.port, STATE_TOPIC) as late:
            state = json.loads(late.expect(STATE_TOPIC).payload)
        return differences(state, newest)


@contextmanager
def rig(
    folder: Path,
    picture: Path,
    broker: Mosquitto,
    *,
    mqtt: Mapping[str, object] | None = None,
    state: Path | None = None,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Rig]:
    """Start all four, and end them.

    Args:
        folder: see process.Node, as for all others.
        picture: see there.
        broker: runs already.
        mqtt: see there.
        state: see there.
        environment: see there.
        port: of the broker, for the node; without it the one that the subscriber uses too.
    """
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy(port or broker.port))
        subscriber = stack.enter_context(Subscriber(broker.port))
        node = Node(
            folder,
            picture,
            {"port": proxy.port, **(mqtt or {})},
            state=state,
            environment=environment,
        )
        stack.enter_context(node)
        yield Rig(broker, proxy, node, subscriber)
