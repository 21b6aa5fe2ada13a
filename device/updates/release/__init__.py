"""For whoever publishes a release: keys, signatures, the index."""
