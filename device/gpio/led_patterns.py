"""What the status LED shows, and how: pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, TypeAlias


class Status(Enum):
    """How the node is, for whoever stands in front of it."""

    READY = auto()
    BUSY = auto()
    FAULT = auto()
    PRIVACY = auto()


def choose_status(*, is_private: bool, is_busy: bool, is_faulty: bool) -> Status:
    """Return which status shows when several hold.

    Privacy is a promise to whoever stands in front, and no fault, which is the owner's business,
    hides it. A press is answered even with a fault: without the broker, the observation waits.

    Args:
        is_private: the camera is released, for privacy.
        is_busy: a trigger is being answered.
        is_faulty: camera, pins or broker are missing, or the node is in safe mode.
    """
    if is_private:
        return Status.PRIVACY
    if is_busy:
        return Status.BUSY
    return Status.FAULT if is_faulty else Status.READY


Rhythm: TypeAlias = tuple[tuple[bool, float | None], ...]
"""Whether the LED is lit, and for how many seconds (None: for good); again and again."""

RHYTHMS: Final[Mapping[Status, Rhythm]] = {
    Status.READY: ((True, None),),
    Status.BUSY: ((False, 0.1), (True, 0.1)),
    Status.FAULT: ((True, 1.0), (False, 1.0)),
    Status.PRIVACY: ((True, 0.1), (False, 2.9)),
}
"""Told apart without colour. Busy begins dark, to be seen at once on an LED that was lit; none stays
dark, for a dark LED means that the node does not run."""
