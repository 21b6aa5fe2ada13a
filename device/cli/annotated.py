"""Where `--annotate` puts its pictures: nothing that is there already is replaced without being asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import cv2

from device.errors import ClassifyError
from device.observation import Image
from device.system.atomic_write import atomic_write

FileId: TypeAlias = tuple[int, int]
"""A file on this machine: the numbers of its device and its inode."""

_REMEDY = "give a path that ends in .png or .jpg, in a folder you may write to"
_ENDING = ".png"


def annotated_paths(pictures: Sequence[Path], place: Path, *, is_folder: bool) -> list[Path]:
    """Return where each annotated picture goes; no two of them to the same path.

    Args:
        pictures: those that are looked at, at least one.
        place: a folder, or the path of the only annotated picture.
        is_folder: which of the two.

    Raises:
        ClassifyError: place is a file and there are several pictures, or its ending is not that of a picture.
    """
    if not is_folder:
        _require_format(place)
        return [place]
    if place.exists() and not place.is_dir():
        message = (
            f"--annotate {place} is a file, and {len(pictures)} pictures need a folder; name one"
        )
        raise ClassifyError(message)
    paths: list[Path] = []
    # Some file systems, for instance that of a memory card, do not distinguish X from x.
    taken: set[str] = set()
    for picture in pictures:
        name, number = f"{picture.stem}-facet{_ENDING}", 1
        while name.casefold() in taken:
            number += 1
            name = f"{picture.stem}-facet-{number}{_ENDING}"
        taken.add(name.casefold())
        paths.append(place / name)
    return paths


def file_ids(paths: Iterable[Path]) -> frozenset[FileId]:
    """Return what identifies the files among paths that exist, whatever path leads to them."""
    return frozenset(found for path in paths if (found := _file_id(path)) is not None)


def write_annotated(
    path: Path, image: Image, originals: frozenset[FileId], *, may_overwrite: bool
) -> None:
    """Write an annotated picture as a whole or not at all.

    Args:
        path: where to; its folder is made. The ending says in which format.
        image: (H, W, 3) uint8, BGR.
        originals: the pictures that are looked at, which are never replaced.
        may_overwrite: whether anything else that is there may be replaced.

    Raises:
        ClassifyError: something is there that may not be replaced, or the file cannot be written.
    """
    if _file_id(path) in originals:
        message = (
            f"--annotate {path} is one of the pictures to look at, and was not replaced; "
            "give another place"
        )
        raise ClassifyError(message)
    if os.path.lexists(path) and not may_overwrite:
        message = f"--annotate {path} exists, and was not replaced; give another place, or add --overwrite"
        raise ClassifyError(message)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, _encoded(path, image))
    except OSError as error:
        message = f"--annotate {path} cannot be written: {error.strerror}; {_REMEDY}"
        raise ClassifyError(message) from error


def _require_format(path: Path) -> None:
    if not _is_format(path.suffix):
        message = f"--annotate {path} has the ending {path.suffix!r}, which is not a picture format; {_REMEDY}"
        raise ClassifyError(message)


def _is_format(ending: str) -> bool:
    # OpenCV takes a name as UTF-8, and the process ends without an error when it is not.
    if not ending.isascii():
        return False
    try:
        return cv2.haveImageWriter(f"picture{ending}")
    except cv2.error:  # a format that it has, and that is switched off
        return False


def _encoded(path: Path, image: Image) -> bytes:
    try:
        is_encoded, data = cv2.imencode(path.suffix, image)
    except cv2.error:
        is_encoded = False
    if not is_encoded:
        height, width = image.shape[:2]
        message = (
            f"--annotate {path} cannot be written: the format {path.suffix} does not take a picture of "
            f"{width}x{height} pixels; {_REMEDY}"
        )
        raise ClassifyError(message)
    return data.tobytes()


def _file_id(path: Path) -> FileId | None:
    try:
        found = path.stat()
    except OSError:  # nothing that could be read, or replaced by mistake, is there
        return None
    return found.st_dev, found.st_ino
