"""What keeps a benchmark from being measured."""

from __future__ import annotations

from device.errors import FacetError


class BenchmarkError(FacetError):
    """A rival cannot be installed, does not start, or stops answering."""
