"""The pictures of a folder, by name: those that a camera cycles through, and those that a command looks at."""

from __future__ import annotations

from pathlib import Path

from device.camera.address import PICTURES
from device.camera.source import unreadable
from device.errors import CameraNotFoundError


def picture_names(folder: Path, *, setting: str = "") -> list[str]:
    """Return the names of a folder's pictures, sorted; hidden files and what is in folders below are left out.

    Args:
        folder: its path.
        setting: what its errors begin with, for instance "camera.source: ".

    Returns:
        At least one name.

    Raises:
        CameraError: the folder cannot be read, or holds no picture.
    """
    try:
        entries = [path.name for path in folder.iterdir()]
    except OSError as error:
        message = (
            f"{setting}the folder {folder} cannot be read: {error.strerror}. "
            f"Check that it exists, and its permissions."
        )
        raise unreadable(message, error) from error
    names = sorted(
        name
        for name in entries
        if Path(name).suffix.lower() in PICTURES and not name.startswith(".")
    )
    if not names:
        message = (
            f"{setting}the folder {folder} has no picture among its {len(entries)} "
            f"entries. Allowed: {', '.join(PICTURES)}."
        )
        raise CameraNotFoundError(message)
    return names
