"""Where a trigger waits while a burst is running: at most one does, however many come."""

from __future__ import annotations

import logging
import threading

from device.observation import Source, Trigger

_log = logging.getLogger(__name__)


class TriggerQueue:
    """Room for one trigger. Those that come while it is taken are merged with it, and counted.

    The merged trigger is answered by one observation, of frames newer than each of its parts.

    Attributes:
        coalesced: how many triggers were merged into another since the start.
    """

    def __init__(self) -> None:
        """Begin, empty."""
        self.coalesced = 0
        self._changed = threading.Condition()
        self._waiting: Trigger | None = None
        self._merged = 0

    def put(self, trigger: Trigger) -> None:
        """Add a trigger, from any thread; never blocks for longer than another put or get takes."""
        with self._changed:
            if self._waiting is None:
                self._waiting = trigger
            else:
                self._waiting = merge(self._waiting, trigger)
                self._merged += 1
                self.coalesced += 1
            self._changed.notify()

    def get(self, timeout: float | None = None) -> Trigger | None:
        """Wait for a trigger, at most timeout seconds (None: for ever); None when there is none."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None, timeout)
            trigger, self._waiting = self._waiting, None
            merged, self._merged = self._merged, 0
        if trigger is not None and merged:
            _log.info(
                "%d more triggers came while the node was busy; one observation answers them all",
                merged,
            )
        return trigger


def merge(waiting: Trigger, newer: Trigger) -> Trigger:
    """Return the trigger that stands for both: the newer time, and the more deliberate source.

    Somebody who pressed the button is told so even if the motion sensor saw the arm move.
    """
    by_motion = newer.source is Source.MOTION
    source = waiting.source if by_motion else newer.source
    return Trigger(source, at=newer.at, monotonic=max(waiting.monotonic, newer.monotonic))
