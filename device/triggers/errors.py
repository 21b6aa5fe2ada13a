"""What the triggers raise."""

from __future__ import annotations

from device.errors import FacetError


class TriggerError(FacetError):
    """A pin cannot be used; str() names the setting, says what was found and what to do next."""
