"""`facet people`, with all its commands."""

from __future__ import annotations

# Importing the modules adds their commands, in the order in which the help shows them.
from device.cli.people import manage, recognise, visitors  # noqa: F401
from device.cli.people.app import people

__all__ = ["people"]
