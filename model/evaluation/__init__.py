"""Measuring an exported network through the product's own perception."""
