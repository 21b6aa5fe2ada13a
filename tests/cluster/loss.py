"""A fleet under load whose broker is disturbed: who comes back when, and what became of each observation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

from tests.broker.mosquitto import wait_for
from tests.cluster.fleet import Fleet
from tests.cluster.watcher import Watcher

BACK = 60.0
"""Seconds within which all nodes have to be back."""
CONFIRMED = 150.0
"""Seconds until an observation has arrived, at most.

A node waits half a minute for a confirmation, connects again, and may wait half a minute for Home Assistant.
"""
# Before, after, and what the watcher may lag behind.
_CALM = 3.0
_CONNECTING = 300.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a disturbance did.

    Attributes:
        affected: how many nodes lost their connection.
        wills: how many of them another client of the broker saw leave.
        back: seconds until the last of them was online again, as another client of the broker sees it.
        reconnects: at most in a second.
        latency: seconds from an observation to that client, the longest.
    """

    affected: int
    wills: int
    back: float
    reconnects: int
    latency: float

    def __str__(self) -> str:
        """Say it in words."""
        return (
            f"{self.affected} nodes lost their connection ({self.wills} last wills), all were back after "
            f"{self.back:.1f} s, at most {self.reconnects} in a second; the slowest observation took "
            f"{self.latency:.1f} s"
        )


class Disturbed:
    """What happens to one fleet; see under_load.

    Attributes:
        watcher: sees all of it.
        figures: of each disturbance, by what it was.
        memory: MB that a node has.
    """

    def __init__(self, fleet: Fleet, watcher: Watcher) -> None:
        self._fleet = fleet
        self.watcher = watcher
        self.figures: list[tuple[str, Figures]] = []
        self.memory = fleet.memory

    def by(
        self,
        what: str,
        disturb: Callable[[], object],
        affected: AbstractSet[str],
        patience: float = BACK,
    ) -> None:
        """Disturb, and wait until all nodes that this affects are back."""
        began = monotonic()
        disturb()
        returned: dict[str, float] = {}

        def all_are_back() -> bool:
            returned.update(self.watcher.said("online", began))
            return affected <= returned.keys()

        wait_for(all_are_back, f"{what}: {affected - returned.keys()} are back", patience)
        self._fleet.wait_until_connected(BACK)
        _wait_for_all(self._fleet, self.watcher)
        sleep(_CALM)
        times = [returned[node] for node in affected]
        self.figures.append(
            (
                what,
                Figures(
                    affected=len(affected),
                    wills=len(self.watcher.said("offline", began)),
                    back=max(times) - began,
                    reconnects=max(Counter(map(int, times)).values()),
                    latency=self._slowest_since(began),
                ),
            )
        )

    def _slowest_since(self, began: float) -> float:
        arrived, observed = self.watcher.arrived, self._fleet.observed
        return max(
            (at - observed[i] for i, at in list(arrived.items()) if observed.get(i, 0.0) >= began),
            default=0.0,
        )


@contextmanager
def under_load(fleet: Fleet, watcher: Watcher, rate: float) -> Iterator[Disturbed]:
    """Let a fleet make so many observations a second; at the end each must have arrived, and none may be left."""
    fleet.wait_until_connected(_CONNECTING)
    fleet.press(rate)
    sleep(_CALM)
    yield Disturbed(fleet, watcher)
    fleet.press(0)
    # What is being observed now is reported with the next question; the last confirmations are on their way.
    sleep(_CALM)
    fleet.wait_until_connected(BACK)
    _wait_for_all(fleet, watcher)
    sleep(_CALM)
    # One that a member has taken with it and not confirmed is sent again, though others have passed it on.
    wait_for(lambda: fleet.waiting == 0, "each observation is confirmed", CONFIRMED)
    fleet.end()
    assert fleet.left == 0, "the outboxes keep what the broker has confirmed"
    assert watcher.observed_by(*fleet.nodes).keys() == fleet.observed.keys()


def _wait_for_all(fleet: Fleet, watcher: Watcher) -> None:
    """Wait until each observation has arrived that the fleet had made when it was asked last."""
    wait_for(
        lambda: fleet.observed.keys() <= watcher.received.keys(),
        f"all {len(fleet.observed)} observations arrive",
        BACK,
    )
