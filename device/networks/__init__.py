"""The neural networks on disk: where they are, and what their numbers mean."""
