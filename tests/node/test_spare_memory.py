"""Memory that an observation has needed, and that is given back when no other follows."""

from __future__ import annotations

from device.node.observer import unseen
from device.node.spare_memory import SpareMemory
from device.observation import Reason
from tests.clock import Clock
from tests.node.fakes import trigger


class _Watched:
    """Counts how often memory is given back, as the clock moves."""

    def __init__(self) -> None:
        self.times = 0
        self._clock = Clock()
        self._memory = SpareMemory(self._give_back, self._clock)

    def see(self) -> None:
        """Report an observation."""
        self._memory.observed(unseen("hall", trigger(self._clock()), Reason.NO_FACE, {}), None)

    def wait(self, seconds: int) -> None:
        """Let the loop turn once a second."""
        for _ in range(seconds):
            self._clock.seconds += 1
            self._memory.tick()

    def _give_back(self) -> None:
        self.times += 1


def test_what_the_start_needed_is_given_back_at_once() -> None:
    """Not again while nothing happens."""
    memory = _Watched()
    memory.wait(1)
    assert memory.times == 1
    memory.wait(60)
    assert memory.times == 1


def test_observations_in_a_row_keep_their_memory() -> None:
    """It is given back when the row has ended: each would have to fetch it again."""
    memory = _Watched()
    memory.wait(1)
    for _ in range(10):
        memory.see()
        memory.wait(3)
    assert memory.times == 1
    memory.wait(60)
    assert memory.times == 2
