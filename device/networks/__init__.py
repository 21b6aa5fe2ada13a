"""The neural networks on disk: where they lie, and what their numbers mean. Nothing here runs one."""
