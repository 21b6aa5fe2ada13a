"""What a node's log contains, read on from where it was read before."""

from __future__ import annotations

import re
from pathlib import Path

_EVENT = re.compile(r"event ([0-9a-f-]{36})\)")
_COALESCED = "came during a burst, which has answered it"


class NodeLog:
    """The log of one node, over all its starts.

    Args:
        path: it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._observed: list[str] = []
        self._coalesced = 0
        self._position = 0

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(errors="replace") if self.path.exists() else ""

    @property
    def observed(self) -> list[str]:
        """The ids of all events that it names, in their order."""
        self._read_on()
        return self._observed

    @property
    def coalesced(self) -> int:
        """How many presses were answered by the burst during which they came."""
        self._read_on()
        return self._coalesced

    @property
    def answers(self) -> int:
        """How many presses were answered, each by a new observation or by that of an earlier press."""
        return len(self.observed) + self.coalesced

    def _read_on(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._position)
            # A line that is being written waits for the next time.
            lines = file.read().rpartition(b"\n")[0]
        self._position += len(lines) + 1 if lines else 0
        text = lines.decode(errors="replace")
        self._observed += _EVENT.findall(text)
        self._coalesced += text.count(_COALESCED)
