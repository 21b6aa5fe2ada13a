"""Newer versions of Facet and of its attribute networks: heard of, shown, and installed if the owner allows it.

Two sides that trust each other in nothing. The node, unprivileged, reads the index and downloads (watcher.py). root, in
a unit of its own, copies what was downloaded, checks it again and installs it (apply.py). docs/updates.md says how they
meet, and what an attacker on either side can do.
"""
