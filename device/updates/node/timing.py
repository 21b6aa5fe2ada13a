"""How often the node looks for updates, and how long it waits for what others do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """All in seconds; a node has these, tests have shorter ones.

    Attributes:
        poll: between two rounds of the thread, which looks for root's result in each.
        minimum_interval: between two readings of the index, however many hints come.
        retry: after which an index that could not be read is tried again.
        pickup: in which facet-update.service has to take a request.
        installation: in which it has to finish: pip, models and the restart, on the slowest board.
        download: that a file may take, on a slow line.
        margin: beyond all time-outs before the thread counts as hanging; a resolver may take minutes.
    """

    poll: float = 2.0
    minimum_interval: float = 60.0
    retry: float = 600.0
    pickup: float = 60.0
    installation: float = 2400.0
    download: float = 1800.0
    margin: float = 300.0
