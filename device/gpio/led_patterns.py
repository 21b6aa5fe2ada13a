"""Which status the LED shows, and how it blinks: pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, TypeAlias


class Status(Enum):
    """The state of the node, for whoever stands in front of it."""

    READY = auto()
    BUSY = auto()
    FAULT = auto()
    PRIVACY = auto()


def choose_status(*, is_private: bool, is_busy: bool, is_faulty: bool) -> Status:
    """Return the status to show when several apply.

    Privacy is a promise to whoever stands in front of the camera, and a fault, which concerns only
    the owner, does not hide it. A press is answered in spite of a fault: without the broker, the
    observation waits.

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
"""Steps that repeat: whether the LED is lit, and for how many seconds (None: until the status changes)."""

RHYTHMS: Final[Mapping[Status, Rhythm]] = {
    Status.READY: ((True, None),),
    Status.BUSY: ((False, 0.1), (True, 0.1)),
    Status.FAULT: ((True, 1.0), (False, 1.0)),
    Status.PRIVACY: ((True, 0.1), (False, 2.9)),
}
"""Distinguishable without colour. Busy begins dark, so that it is noticed at once on an LED that was
lit; no rhythm stays dark, because a dark LED means that the node does not run."""
