"""The commands of `python -m model`; what they do is imported when one runs."""
