"""What a soak counts, and its table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rich.table import Table

from tests.faults.rig import Rig

_MEGABYTE = 1_000_000


@dataclass
class Figures:
    """Counts of one soak, taken after each disturbance."""

    disturbances: Counter[str] = field(default_factory=Counter)
    presses: int = 0
    promised: int = 0
    coalesced: int = 0
    repeated: int = 0
    lost: int = 0
    contradictions: int = 0
    uncommitted: int = 0
    anonymous: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    outbox: list[int] = field(default_factory=list)

    def record(self, disturbance: str, rig: Rig) -> None:
        """Count what has happened so far; to be called once the deliveries after a disturbance are checked."""
        self.disturbances[disturbance] += 1
        self.presses = rig.node.presses
        self.promised = len(rig.promised)
        self.coalesced = rig.node.log.coalesced
        self.repeated = rig.subscriber.repeated
        self.lost = len(rig.subscriber.missing(rig.promised))
        self.contradictions = len(rig.subscriber.contradictions)
        self.uncommitted = len(rig.uncommitted)
        self.anonymous.append(rig.node.anonymous_bytes)
        self.descriptors.append(rig.node.descriptors)
        self.threads.append(rig.node.threads)
        self.outbox.append(rig.node.outbox_bytes)

    def table(self) -> Table:
        """Return all of it as a table to be read."""
        table = Table("what", "count")
        for name, number in sorted(self.disturbances.items()):
            table.add_row(name, str(number))
        table.add_section()
        rows = {
            "presses": self.presses,
            "observations promised": self.promised,
            "lost": self.lost,
            "sent again under their event_id": self.repeated,
            "unknown duplicates": self.contradictions,
            "presses answered by a burst that ran": self.coalesced,
            "ended by a kill before they were on disk": self.uncommitted,
            "times all deliveries were checked": self.disturbances.total(),
        }
        for name, value in rows.items():
            table.add_row(name, str(value))
        table.add_section()
        if self.anonymous:
            lowest, highest = (pick(self.anonymous) / _MEGABYTE for pick in (min, max))
            table.add_row("anonymous memory, MB", f"{lowest:.1f} to {highest:.1f}")
            for name, values in (
                ("open descriptors", self.descriptors),
                ("threads", self.threads),
                ("outbox, bytes", self.outbox),
            ):
                table.add_row(name, f"{min(values)} to {max(values)}")
        return table
