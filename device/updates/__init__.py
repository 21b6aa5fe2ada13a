"""Newer versions of Facet and of its attribute networks: found, shown, and installed if the owner allows it.

The node, unprivileged, reads the index and downloads (node/). root, in a unit for that alone, copies what was
downloaded, verifies it again and installs it (root/). Neither trusts the other. A maintainer signs what both verify
(release/). docs/updates.md says how they meet, and what an attacker on either side can do.

Three modules are run by name, by the units, installers and maintainers of other releases too, so that their names and
arguments stay: `device.updates.apply`, `device.updates.self_test` and `device.updates.sign`.
"""
