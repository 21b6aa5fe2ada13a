"""The node's own page: its security, and what a browser shows of it."""
