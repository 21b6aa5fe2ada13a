"""The cameras at this machine, by names that stay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BY_ID = "v4l/by-id"
# The first device of a camera gives pictures; its others carry metadata.
_FIRST = "-video-index0"
_NUMBERED = re.compile(r"video[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A camera.

    Attributes:
        source: for camera.source.
        name: what its maker calls it, or its path.
    """

    source: str
    name: str


def camera_devices(
    folder: Path = Path("/dev"), kernel: Path = Path("/sys/class/video4linux")
) -> tuple[CameraDevice, ...]:
    """Return the USB cameras by the names that survive reordering, or else what the kernel numbers.

    Args:
        folder: of the devices.
        kernel: with one folder a device.
    """
    links = sorted((folder / _BY_ID).glob(f"*{_FIRST}"))
    if links:
        return tuple(
            CameraDevice(str(link), _name(link.resolve().name, link, kernel)) for link in links
        )
    numbered = sorted(path for path in folder.glob("video*") if _NUMBERED.fullmatch(path.name))
    return tuple(
        CameraDevice(str(path), _name(path.name, path, kernel))
        for path in numbered
        if _read(kernel / path.name / "index") in {"", "0"}
    )


def _name(number: str, path: Path, kernel: Path) -> str:
    return _read(kernel / number / "name") or str(path)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
