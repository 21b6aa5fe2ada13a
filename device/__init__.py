"""The node: a trigger, a burst, what was seen, and its way to Home Assistant."""

__version__ = "0.1.0"
