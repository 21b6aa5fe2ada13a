"""`python -m device.editing.apply`: what facet-settings.service runs. root.py does the work.

The name never changes: between the moment at which a release is exchanged and the one at which its unit is, the unit of
one release starts the code of another.
"""

from __future__ import annotations

import sys

from device.editing.root import Places, apply

if __name__ == "__main__":
    sys.exit(0 if apply(Places()) else 1)
