"""How the camera is at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from device.errors import CameraTrouble


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How the camera is.

    Attributes:
        is_available: whether the last burst or check gave a picture; False before the first.
        fault: why it is not available, or what else is wrong, for the owner; None when nothing is, and before the first
            burst or check.
        trouble: the same in a word; None when nothing is wrong.
    """

    is_available: bool = False
    fault: str | None = None
    trouble: CameraTrouble | None = None
