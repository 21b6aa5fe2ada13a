"""`python -m device.updates.sign`: what a maintainer types. release/sign.py does the work."""

from __future__ import annotations

from device.updates.release.sign import main

if __name__ == "__main__":
    main()
