"""Perception: pixels in, facts out."""
