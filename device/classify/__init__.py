"""Where the installer of version 0.1.0 looks for `open_perception`.

An update that Home Assistant asks for is tried by the installer of the release in use, which imports this name from the
new one.
"""

from __future__ import annotations

from device.perception import open_perception

__all__ = ["open_perception"]
