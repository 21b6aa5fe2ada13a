"""CelebA on disk, in its official layout (Liu et al., "Deep Learning Face Attributes in the Wild", ICCV 2015)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import cv2
import numpy as np
from numpy.typing import NDArray

from device.camera.picture import decode
from device.observation import Image
from model.data.tables import (
    IDENTITIES,
    LABELS,
    MASK,
    PARTITION,
    read_labels,
    read_numbers,
    read_visible,
)
from model.errors import DataError

SPLITS = ("train", "val", "test")
_ALIGNED_SIZE = (178, 218)
# Reduced copies of CelebA squeeze the whole aligned picture into a square of this side, its aspect not kept.
_SQUEEZED_SIDE = 64
_PICTURE_FOLDERS = ("img_celeba", "img_align_celeba")


@dataclass(frozen=True, slots=True)
class CelebA:
    """The tables of a CelebA folder, one row per picture.

    Attributes:
        pictures: the folder of the pictures.
        attributes: the 40 names, in the label file's order.
        names: (N,) file names.
        labels: (N, 40) bool.
        visible: (N, 40) bool: whether the picture can show what the label says; if not, the label counts nowhere.
        splits: (N,) uint8: an index into SPLITS.
        identities: (N,) int64; -1 where the identity file does not know the picture.
    """

    pictures: Path
    attributes: tuple[str, ...]
    names: NDArray[np.str_]
    labels: NDArray[np.bool_]
    visible: NDArray[np.bool_]
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


def read_celeba(folder: Path, mask: Path | None = None) -> CelebA:
    """Read the label, partition and identity files of a CelebA folder, and which labels are masked.

    Args:
        folder: of the data set.
        mask: a file of masked labels, see read_visible; the folder's own, where it has one, if None.

    Raises:
        DataError: a file is missing or a line of it does not have the layout.
    """
    pictures = pictures_folder(folder)
    attributes, labels = read_labels(folder / LABELS)
    splits = read_numbers(folder / PARTITION, range(len(SPLITS)))
    identity_file = folder / IDENTITIES
    identities = read_numbers(identity_file, None) if identity_file.exists() else {}
    names = [name for name in labels if name in splits]
    if not names:
        message = (
            f"{folder}: list_attr_celeba.txt and list_eval_partition.txt name no picture in common"
        )
        raise DataError(message)
    mask = _mask_of(folder, mask)
    every = np.ones((len(labels), len(attributes)), bool)
    visible = read_visible(mask, list(labels), attributes) if mask else every
    return CelebA(
        pictures,
        attributes,
        np.array(names),
        np.array([labels[name] for name in names]) > 0,
        visible[[name in splits for name in labels]],
        np.array([splits[name] for name in names], np.uint8),
        np.array([identities.get(name, -1) for name in names], np.int64),
    )


def read_folders(folders: Sequence[Path], masks: Mapping[Path, Path]) -> list[CelebA]:
    """Read several folders; see read_celeba.

    Args:
        folders: of the data sets.
        masks: the file of masked labels of a folder, where it is not in the folder.

    Raises:
        DataError: see read_celeba.
    """
    return [read_celeba(folder, masks.get(folder)) for folder in folders]


def are_superseded(folders: Sequence[Iterable[str]]) -> list[NDArray[np.bool_]]:
    """Return which pictures of each folder a later folder has as well, perhaps larger: the later one counts.

    Args:
        folders: the file names of each, in order; endings may differ.
    """
    later: set[str] = set()
    found = []
    for names in reversed(folders):
        stems = [PurePath(name).stem for name in names]
        found.append(np.array([stem in later for stem in stems], bool))
        later.update(stems)
    return found[::-1]


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


def digest(folder: Path, mask: Path | None = None) -> str:
    """Return a digest of a folder's tables, see read_celeba: it stays when the folder is moved.

    Raises:
        DataError: a file that is not optional is missing.
    """
    found = hashlib.sha256()
    paths = [folder / LABELS, folder / PARTITION, folder / IDENTITIES]
    for path in [*paths, *filter(None, [_mask_of(folder, mask)])]:
        try:
            found.update(path.read_bytes())
        except FileNotFoundError as error:
            if path.name != IDENTITIES:
                message = f"{path} does not exist; point --data at CelebA's folder"
                raise DataError(message) from error
    return found.hexdigest()


def _mask_of(folder: Path, mask: Path | None) -> Path | None:
    own = folder / MASK
    return mask or (own if own.exists() else None)


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
