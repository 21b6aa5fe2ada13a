"""The observations of a fleet in PostgreSQL: from a broker's queue into a table, each once. It runs on a server."""
