"""The node itself: its loop, what it owns, and how everything is wired."""
