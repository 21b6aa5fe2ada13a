"""For whoever publishes a release: keys, signatures, the index, lock files, the list of components."""
