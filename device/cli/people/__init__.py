"""`facet people`: who is enrolled, on this machine, while the node runs or not."""
