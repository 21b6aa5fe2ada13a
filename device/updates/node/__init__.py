"""The node's side of updates: it reads the index, downloads, and asks root to install."""
