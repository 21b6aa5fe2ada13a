"""What the camera raises."""

from __future__ import annotations

from device.errors import FacetError


class CameraError(FacetError):
    """No usable picture; str() names the source, says what was found and what to do next."""
