"""The queue between the pins' callbacks and the thread that decides what their changes mean."""

from __future__ import annotations

import queue
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.observation import Source

# A press with bouncing contacts has tens of edges; only a cable that picks up radio gives as many as this.
MAX_EDGES = 1000


@dataclass(frozen=True, slots=True)
class Edge:
    """A pin's level since a moment, as a rule a change that its callback saw.

    Attributes:
        source: what the pin's triggers come from.
        is_active: whether the button is pressed, or something moves, from now on.
        at: seconds, monotonic.
        is_change: False for the level at which a pin is found, which triggers nothing.
    """

    source: Source
    is_active: bool
    at: float
    is_change: bool = True


class EdgeQueue:
    """Holds the newest MAX_EDGES edges: with older ones dropped, the last level of each pin is still right."""

    def __init__(self) -> None:
        # Safe against being interrupted in the middle by another callback, which queue.Queue is not.
        self._edges: queue.SimpleQueue[Edge | None] = queue.SimpleQueue()

    def put(self, edge: Edge) -> None:
        """Add an edge; this never waits."""
        if self._edges.qsize() >= MAX_EDGES:
            with suppress(queue.Empty):
                self._edges.get_nowait()
        self._edges.put(edge)

    def end(self) -> None:
        """Let get return None once all edges have been taken."""
        self._edges.put(None)

    def get(self, timeout: float | None) -> Edge | None:
        """Wait for the next edge and return it; None after the end.

        Args:
            timeout: seconds; None waits as long as it takes.

        Raises:
            queue.Empty: none came within the timeout.
        """
        return self._edges.get(timeout=timeout)
