"""CelebA on disk, in its official layout (Liu et al., "Deep Learning Face Attributes in the Wild", ICCV 2015)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.camera.picture import decode
from device.observation import Image
from model.errors import DataError

SPLITS = ("train", "val", "test")
_ALIGNED_SIZE = (178, 218)
# Reduced copies of CelebA squeeze the whole aligned picture into a square of this side, its aspect not kept.
_SQUEEZED_SIDE = 64
_PICTURE_FOLDERS = ("img_celeba", "img_align_celeba")
_LABELS, PARTITION = "list_attr_celeba.txt", "list_eval_partition.txt"
IDENTITIES = "identity_CelebA.txt"
_TABLES = (_LABELS, PARTITION, IDENTITIES)


@dataclass(frozen=True, slots=True)
class CelebA:
    """The tables of a CelebA folder, one row per picture.

    Attributes:
        pictures: the folder of the pictures.
        attributes: the 40 names, in the label file's order.
        names: (N,) file names.
        labels: (N, 40) bool.
        splits: (N,) uint8: an index into SPLITS.
        identities: (N,) int64; -1 where the identity file does not know the picture.
    """

    pictures: Path
    attributes: tuple[str, ...]
    names: NDArray[np.str_]
    labels: NDArray[np.bool_]
    splits: NDArray[np.uint8]
    identities: NDArray[np.int64]

    def rows(self, split: str) -> NDArray[np.int64]:
        """Return the rows of one split.

        Raises:
            DataError: it has none.
        """
        rows = np.flatnonzero(self.splits == SPLITS.index(split))
        if not rows.size:
            message = f"{self.pictures.parent}: no picture of the split {split!r} in list_eval_partition.txt"
            raise DataError(message)
        return rows


def read_celeba(folder: Path) -> CelebA:
    """Read the label, partition and identity files of a CelebA folder.

    Raises:
        DataError: a file is missing or a line of it does not have the layout.
    """
    pictures = pictures_folder(folder)
    attributes, labels = _read_labels(folder / _LABELS)
    splits = read_numbers(folder / PARTITION, range(len(SPLITS)))
    identity_file = folder / IDENTITIES
    identities = read_numbers(identity_file, None) if identity_file.exists() else {}
    names = [name for name in labels if name in splits]
    if not names:
        message = (
            f"{folder}: list_attr_celeba.txt and list_eval_partition.txt name no picture in common"
        )
        raise DataError(message)
    return CelebA(
        pictures,
        attributes,
        np.array(names),
        np.array([labels[name] for name in names]) > 0,
        np.array([splits[name] for name in names], np.uint8),
        np.array([identities.get(name, -1) for name in names], np.int64),
    )


def pictures_folder(folder: Path) -> Path:
    """Return the folder of the pictures within a CelebA folder.

    Raises:
        DataError: there is none.
    """
    for name in _PICTURE_FOLDERS:
        if (folder / name).is_dir():
            return folder / name
    message = (
        f"{folder}: no folder {' or '.join(_PICTURE_FOLDERS)}; point --data at CelebA's folder"
    )
    raise DataError(message)


def digest(folder: Path) -> str:
    """Return a digest of a folder's label, partition and identity files: it stays when the folder is moved.

    Raises:
        DataError: the label or partition file is missing.
    """
    found = hashlib.sha256()
    for name in _TABLES:
        try:
            found.update((folder / name).read_bytes())
        except FileNotFoundError as error:
            if name != IDENTITIES:
                message = f"{folder / name} does not exist; point --data at CelebA's folder"
                raise DataError(message) from error
    return found.hexdigest()


def read_picture(path: Path) -> Image:
    """Read a picture of CelebA, (H, W, 3) uint8 BGR, at the aspect it was taken with.

    Raises:
        DataError: the file is missing or is not a picture.
    """
    try:
        image = decode(path.read_bytes(), cv2.IMREAD_COLOR)
    except OSError:
        image = None
    if image is None:
        message = f"{path}: {'not a picture' if path.exists() else 'missing'}; fetch the file again"
        raise DataError(message)
    if image.shape[:2] == (_SQUEEZED_SIDE, _SQUEEZED_SIDE):
        image = np.asarray(
            cv2.resize(image, _ALIGNED_SIZE, interpolation=cv2.INTER_CUBIC), np.uint8
        )
    return image


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}; CelebA's layout has this file"
        raise DataError(message) from error


def _read_labels(path: Path) -> tuple[tuple[str, ...], dict[str, list[int]]]:
    lines = _read_lines(path)
    if len(lines) < 2:  # noqa: PLR2004 - a count, then the names
        message = f"{path}: {len(lines)} lines; the first counts the pictures, the second names the attributes"
        raise DataError(message)
    attributes = tuple(lines[1].split())
    labels = {}
    for number, line in enumerate(lines[2:], start=3):
        name, *values = line.split() or [""]
        if not name:
            continue
        if len(values) != len(attributes) or any(v not in {"1", "-1"} for v in values):
            message = (
                f"{path}, line {number}: {len(values)} labels for {name!r}; "
                f"{len(attributes)} are expected, each 1 or -1"
            )
            raise DataError(message)
        labels[name] = [int(v) for v in values]
    return attributes, labels


def read_numbers(path: Path, allowed: range | None) -> dict[str, int]:
    """Return the number of each file name in a file with one of both on a line.

    Raises:
        DataError: it cannot be read, or a line is not like that.
    """
    numbers = {}
    for number, line in enumerate(_read_lines(path), start=1):
        match line.split():
            case []:
                continue
            case [name, value] if value.isdigit() and (allowed is None or int(value) in allowed):
                numbers[name] = int(value)
            case _:
                expected = f"0 to {allowed[-1]}" if allowed else "a number"
                message = (
                    f"{path}, line {number}: {line!r}; a file name and {expected} are expected"
                )
                raise DataError(message)
    return numbers
