"""The state of the node at one moment, from which the diagnostic entities are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from device import __version__
from device.errors import CameraTrouble
from device.supervision.boot_log import Failure
from device.system.vitals import Vitals
from device.updates.node.status import UpdateStatus

# Characters of a state; Home Assistant rejects a longer one as a whole.
_LONGEST_STATE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The node at one moment.

    Attributes:
        camera_fault: what is wrong with the camera; None when nothing is.
        camera_trouble: the same in a word.
        node_fault: what is wrong with the node itself, such as settings that cannot be kept; None when nothing is.
        is_safe_mode: whether camera and networks stay unused.
        last_failure: when and why the node last ended by itself; None when it never did, or is healthy again.
        vitals: how the machine fares, in whole numbers and without noise.
        is_under_voltage: whether the supply's voltage was too low lately; None on machines that do not report it.
        started_at: when the node last started, in UTC; None before that is known.
        model: name and version of the attribute network.
        newest_version: of Facet, as published on the broker.
        updates: what else is known of newer versions.
        queue_length: observations that have waited for the broker for a while.
        dropped_events: observations that were dropped since the start.
        coalesced_presses: triggers since the start that a running burst answered.
    """

    camera_fault: str | None = None
    camera_trouble: CameraTrouble | None = None
    node_fault: str | None = None
    is_safe_mode: bool = False
    last_failure: Failure | None = None
    vitals: Vitals = field(default_factory=Vitals)
    is_under_voltage: bool | None = None
    started_at: datetime | None = None
    model: str
    newest_version: str = __version__
    updates: UpdateStatus = field(default_factory=UpdateStatus)
    queue_length: int = 0
    dropped_events: int = 0
    coalesced_presses: int = 0


def short(text: str | None) -> str | None:
    """Return a text, shortened to what Home Assistant accepts as a state."""
    return text if text is None or len(text) <= _LONGEST_STATE else text[: _LONGEST_STATE - 1] + "…"
