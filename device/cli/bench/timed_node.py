"""A node whose outbox is timed: `python -m device.cli.bench.timed_node FILE run -c CONFIG` is `facet run` otherwise.

A node does not measure what follows an observation, and `facet bench` measures everything else of one that does not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

from device.mqtt.sender import OutboxSender
from device.mqtt.waiting_event import Event
from device.node import mqtt_wiring

# The stages after an observation was made: until it is on the disk, handed to the connection with the broker, and
# confirmed by the broker.
_STORE, _PUBLISH, _ACKNOWLEDGED = "store", "publish", "acknowledged"


class _TimedSender(OutboxSender):
    """Writes down how long each event took. One event is on the way at a time: the next press waits for this one."""

    file: Path
    _stages: dict[str, float]
    _since: float

    def keep(self, event: Event) -> None:
        """Put an event on disk."""
        self._stages, self._since = {}, perf_counter()
        super().keep(event)
        self._lap(_STORE)

    def publish(self, event: Event) -> bool:
        """Send an event; before it, the state that follows from it was published."""
        is_sent = super().publish(event)
        self._lap(_PUBLISH)
        return is_sent

    def delivered(self, number: int) -> None:
        """Take note that the broker has an event."""
        is_event = self.is_on_the_way(number)
        super().delivered(number)
        if is_event:
            self._lap(_ACKNOWLEDGED)
            with self.file.open("a", encoding="ascii") as lines:
                lines.write(json.dumps(self._stages) + "\n")

    def _lap(self, stage: str) -> None:
        now = perf_counter()
        self._stages[stage] = (now - self._since) * 1000
        self._since = now


def main() -> None:
    """Run the program that the arguments name after the file."""
    from device.cli import main as facet

    _TimedSender.file = Path(sys.argv.pop(1))
    setattr(mqtt_wiring, "OutboxSender", _TimedSender)  # noqa: B010 - a class takes the place of another
    facet()


if __name__ == "__main__":
    main()
