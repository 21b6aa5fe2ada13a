"""In which way a node starts."""

from __future__ import annotations

from dataclasses import dataclass

from device.node.page import OpenPage, no_page


@dataclass(frozen=True, slots=True)
class Start:
    """In which way a node starts.

    Attributes:
        is_safe_mode: leave camera, networks and triggers alone: only MQTT, the status LED and diagnostics.
        fault: what was wrong before it started, for the owner; None when nothing was.
        is_restart: whether a command asked for it, while the process goes on.
        page: opens the node's own page.
    """

    is_safe_mode: bool = False
    fault: str | None = None
    is_restart: bool = False
    page: OpenPage = no_page


AS_USUAL = Start()
