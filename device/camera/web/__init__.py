"""Pictures by HTTP: one at a URL, or a stream of them."""
