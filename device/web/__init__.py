"""The node's own page: a web server on its own thread, and the sink that feeds it."""
