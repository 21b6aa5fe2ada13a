"""Half of the people of a data set."""

from __future__ import annotations

from enum import StrEnum


class Half(StrEnum):
    """Half of the people: what is chosen on one of them is measured on the other."""

    EVEN = "even"
    ODD = "odd"
