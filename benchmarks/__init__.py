"""Facet measured beside what an owner could use instead."""
