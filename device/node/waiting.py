"""Triggers that came during a burst: which of them it has answered, and which need one more. Pure."""

from __future__ import annotations

from device.observation import Trigger

MAX_WAITING = 1000
"""Triggers. What comes on top takes the place of the newest: the burst that answers that one answers both."""


class WaitingTriggers:
    """Triggers that wait for the end of a burst, in the order in which they came.

    A burst answers a trigger that is older than its last frame: somebody who pressed then was before the camera for
    at least that frame. A later trigger needs another burst, however long perception then takes.

    Args:
        max_waiting: triggers.
    """

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._triggers: list[Trigger] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._triggers)

    def add(self, trigger: Trigger) -> Trigger | None:
        """Let a trigger wait; return the one whose place it takes, if there is no room."""
        replaced = self._triggers.pop() if len(self._triggers) >= self._max_waiting else None
        self._triggers.append(trigger)
        return replaced

    def answered_by(self, burst_ended: float) -> list[Trigger]:
        """Remove and return the triggers that a burst has answered.

        Args:
            burst_ended: seconds on the monotonic clock.
        """
        answered = [each for each in self._triggers if each.monotonic < burst_ended]
        self._triggers = [each for each in self._triggers if each.monotonic >= burst_ended]
        return answered

    def next(self) -> Trigger | None:
        """Remove and return the oldest; None when none waits."""
        return self._triggers.pop(0) if self._triggers else None

    def clear(self) -> list[Trigger]:
        """Remove and return all."""
        triggers, self._triggers = self._triggers, []
        return triggers
