"""Why there is no update."""

from __future__ import annotations

from device.errors import FacetError


class UpdateError(FacetError):
    """An index, a file or a signature is not what it should be, or an installation failed."""
