"""How the node is, as Home Assistant's diagnostic entities show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from device import __version__
from device.entities.kinds import OFF, ON
from device.updates.node.status import UpdateStatus

# Characters of a state; Home Assistant refuses a longer one whole.
_LONGEST_STATE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The node at one moment.

    Attributes:
        camera_fault: what is wrong with the camera; None when nothing is.
        is_safe_mode: whether camera and networks are left alone.
        last_failure: when and why the node last ended by itself.
        cpu_temperature: in degrees Celsius; None on machines that do not tell.
        model: name and version of the attribute network.
        newest_version: of Facet, that the broker was told of.
        news: what else is known of newer versions.
        queue_length: observations that the broker has not confirmed.
        dropped_events: observations that were given up since the start.
        coalesced_presses: triggers since the start that a running burst answered.
    """

    camera_fault: str | None = None
    is_safe_mode: bool = False
    last_failure: str | None = None
    cpu_temperature: float | None = None
    model: str
    newest_version: str = __version__
    news: UpdateStatus = field(default_factory=UpdateStatus)
    queue_length: int = 0
    dropped_events: int = 0
    coalesced_presses: int = 0

    def document(self) -> dict[str, Any]:
        """Return the diagnostics document."""
        return {
            "camera_problem": ON if self.camera_fault else OFF,
            "camera_fault": _state(self.camera_fault),
            "safe_mode": ON if self.is_safe_mode else OFF,
            "last_failure": _state(self.last_failure),
            "cpu_temperature": self.cpu_temperature,
            "model": self.model,
            "version": __version__,
            "software": self.news.software(self.newest_version),
            "attribute_network": self.news.network(),
            "last_update": _state(self.news.last),
            "queue_length": self.queue_length,
            "dropped_events": self.dropped_events,
            "coalesced_presses": self.coalesced_presses,
        }


def _state(text: str | None) -> str | None:
    return text if text is None or len(text) <= _LONGEST_STATE else text[: _LONGEST_STATE - 1] + "…"
