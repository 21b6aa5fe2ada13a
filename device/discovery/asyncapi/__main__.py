"""`python -m device.discovery.asyncapi docs/asyncapi.yaml` renews the document."""

from __future__ import annotations

import sys
from pathlib import Path

from device.discovery.asyncapi.document import rendered

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(rendered(), encoding="utf-8")
