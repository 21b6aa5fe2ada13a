"""How long the link with the broker waits for its answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long the broker has for its answers, in seconds.

    Attributes:
        subscribing: to the first SUBSCRIBE of a connection. A cluster writes down each subscription on all its members,
            one after the other: for a thousand nodes that come at once it takes longer than for anything else, and
            whoever gives up and comes again makes it take longer still.
        asking_again: until it is asked again for what it does not let the node read.
        confirmation: to a message, once it has confirmed the one before; most take milliseconds. Without this bound
            twenty confirmations that are lost would end all delivery: no more messages are in flight at a time.
    """

    subscribing: float = 30.0
    asking_again: float = 60.0
    confirmation: float = 30.0


USUAL = Waits()
"""Those of a node."""
