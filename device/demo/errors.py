"""What the demo raises."""

from __future__ import annotations

from device.errors import FacetError


class DemoError(FacetError):
    """The demo cannot go on; str() says what was found and what to do next."""
