"""Whether the node makes progress, and what is done when it does not."""
