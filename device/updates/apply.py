"""`python -m device.updates.apply`: what facet-update.service runs. root/apply.py does the work.

The name never changes. Between the moment at which a release is exchanged and the one at which its unit is, or after a
power cut between the two, the unit of one release starts the code of another.
"""

from __future__ import annotations

import sys

from device.updates.root.apply import Places, apply

if __name__ == "__main__":
    sys.exit(0 if apply(Places()) else 1)
