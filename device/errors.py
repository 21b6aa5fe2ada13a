"""The root of the errors that Facet raises on purpose: their text is written for the owner of the node."""

from __future__ import annotations


class FacetError(Exception):
    """Something the owner can act on; str() names it, says what was found and what to do next."""
