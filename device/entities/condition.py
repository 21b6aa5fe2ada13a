"""How the node is at one moment: what the diagnostic entities are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from device import __version__
from device.errors import CameraTrouble
from device.supervision.boot_log import Failure
from device.updates.node.status import UpdateStatus

# Characters of a state; Home Assistant refuses a longer one whole.
_LONGEST_STATE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The node at one moment.

    Attributes:
        camera_fault: what is wrong with the camera; None when nothing is.
        camera_trouble: the same in a word.
        node_fault: what is wrong with the node itself, such as settings that cannot be kept; None when nothing is.
        is_safe_mode: whether camera and networks are left alone.
        last_failure: when and why the node last ended by itself; None when it never did, or is healthy again.
        cpu_temperature: a steady one, in degrees Celsius; None on machines that do not report it.
        model: name and version of the attribute network.
        newest_version: of Facet, as somebody published it on the broker.
        updates: what else is known of newer versions.
        queue_length: observations that wait for the broker.
        dropped_events: observations that were given up since the start.
        coalesced_presses: triggers since the start that a running burst answered.
    """

    camera_fault: str | None = None
    camera_trouble: CameraTrouble | None = None
    node_fault: str | None = None
    is_safe_mode: bool = False
    last_failure: Failure | None = None
    cpu_temperature: float | None = None
    model: str
    newest_version: str = __version__
    updates: UpdateStatus = field(default_factory=UpdateStatus)
    queue_length: int = 0
    dropped_events: int = 0
    coalesced_presses: int = 0


def short(text: str | None) -> str | None:
    """Return text that Home Assistant takes for a state."""
    return text if text is None or len(text) <= _LONGEST_STATE else text[: _LONGEST_STATE - 1] + "…"
