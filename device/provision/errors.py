"""What can go wrong while a card is made."""

from __future__ import annotations

from device.errors import FacetError


class ProvisionError(FacetError):
    """A card cannot be made as it is asked for. Nothing was written."""
