"""The pictures that all rivals see: decoded once, so that nobody is measured by how it reads JPEG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.errors import BenchmarkError
from device.camera import picture_names, read_picture
from model.data.photographs import TABLE, Photograph, read_photographs


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, and what people saw on it.

    Attributes:
        path: of the file that the owner has.
        decoded: of the binary PPM that the rivals read.
        width: in pixels.
        height: in pixels.
        faces: how many it has; None where nobody has counted them exactly.
        labels: whether an attribute is present on the only face, by CelebA's name; only those that somebody could see.
    """

    path: Path
    decoded: Path
    width: int
    height: int
    faces: int | None = None
    labels: dict[str, bool] = field(default_factory=dict)


def decode_pictures(folder: Path, into: Path, longest: int | None = None) -> list[Picture]:
    """Decode the pictures of a folder as Facet does it: turned as their EXIF says.

    Args:
        folder: of pictures; or with labels.csv and images/, see model/data/photographs.py.
        into: where to put them.
        longest: shrink those whose longer side has more pixels than this, as if a camera with such frames had taken
            them.

    Raises:
        BenchmarkError: labels.csv names none.
        CameraError: there is none, or one of them cannot be read.
        DataError: labels.csv cannot be read.
    """
    photographs = _photographs(folder)
    if not photographs:
        message = (
            f"--photos: {folder / TABLE} names no picture; fill it, or name a folder with pictures"
        )
        raise BenchmarkError(message)
    return [_decoded(photo, into / f"{i}.ppm", longest) for i, photo in enumerate(photographs)]


def _photographs(folder: Path) -> Sequence[Photograph | Path]:
    if (folder / TABLE).is_file():
        return read_photographs(folder)
    return [folder / name for name in picture_names(folder, setting="--photos: ")]


def _decoded(photo: Photograph | Path, target: Path, longest: int | None) -> Picture:
    path = photo if isinstance(photo, Path) else photo.path
    image = read_picture(path)
    if longest is not None and max(image.shape) > longest:
        scale = longest / max(image.shape)
        image = np.asarray(cv2.resize(image, None, None, scale, scale, cv2.INTER_AREA), np.uint8)
    cv2.imwrite(str(target), image)
    height, width = image.shape[:2]
    if isinstance(photo, Path):
        return Picture(path, target, width, height)
    faces = photo.faces if photo.is_exact else None
    return Picture(path, target, width, height, faces, dict(photo.labels))
