"""Facet and its rivals, on the same pictures, in one run."""
