"""Crops for training, cut by the product's own detector and aligner, in shards that a killed run resumes from."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.data.celeba import SPLITS, CelebA, read_celeba, read_picture
from model.data.faces import FaceFinder
from model.errors import DataError
from model.processes import end_with_parent

CROP_SIDE = 160
# A fifth more than the canonical crop: room to turn, shift and scale it without inventing pixels.
CROP_MARGIN = 1.15
_SHARD = 512


@dataclass(frozen=True, slots=True)
class Crops:
    """Prepared crops of one split, memory-mapped shard by shard.

    Attributes:
        shards: (n, 160, 160, 3) uint8 BGR each.
        labels: (N, 40) float32, 0 or 1.
        identities: (N,) int64, CelebA's own numbers, so that folders may be joined; -1 where unknown.
        attributes: the names of the labels.
    """

    shards: list[NDArray[np.uint8]]
    labels: NDArray[np.float32]
    identities: NDArray[np.int64]
    attributes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def load(self) -> NDArray[np.uint8]:
        """Return all crops in memory, (N, 160, 160, 3) uint8 BGR."""
        return np.concatenate(self.shards)


def prepare(folders: list[Path], out: Path, workers: int | None = None) -> None:
    """Cut the crops of every picture of every folder; shards that exist already are kept.

    Raises:
        DataError: a folder is not CelebA's layout, or a picture cannot be read.
    """
    out.mkdir(parents=True, exist_ok=True)
    tasks = [
        (
            out / f"{number}-{SPLITS[split]}-{start // _SHARD:05d}",
            data,
            rows[start : start + _SHARD],
        )
        for number, data in enumerate(read_celeba(folder) for folder in folders)
        for split in range(len(SPLITS))
        for rows in [np.flatnonzero(data.splits == split)]
        for start in range(0, len(rows), _SHARD)
    ]
    missing = [task for task in tasks if not _is_done(task[0])]
    total = sum(len(rows) for _, _, rows in missing)
    with (
        # Not forked: a process with threads, as TFLite has them, may leave its copy in a state that ends it.
        ProcessPoolExecutor(
            workers or os.cpu_count(), get_context("spawn"), initializer=end_with_parent
        ) as pool,
        tqdm(total=total, unit="picture", desc="prepare") as progress,
    ):
        not_found = 0
        for count, without in pool.map(_cut_shard, *zip(*missing, strict=True)) if missing else ():
            progress.update(count)
            not_found += without
            progress.set_postfix(no_face=not_found)


def read_crops(folder: Path, split: str) -> Crops:
    """Open the prepared crops of a split.

    Raises:
        DataError: there are none.
    """
    paths = sorted(p for p in folder.glob(f"*-{split}-*.npz"))
    if not paths:
        message = f"{folder}: no crops of the split {split!r}; run `python -m model prepare` first"
        raise DataError(message)
    tables = [np.load(path) for path in paths]
    return Crops(
        [np.load(_crops_of(path), mmap_mode="r") for path in paths],
        np.concatenate([table["labels"] for table in tables]).astype(np.float32),
        np.concatenate([table["identities"] for table in tables]),
        tuple(str(name) for name in tables[0]["attributes"]),
    )


def _crops_of(table: Path) -> Path:
    return table.with_suffix(".crops.npy")


def _is_done(shard: Path) -> bool:
    return shard.with_suffix(".npz").exists()


def _cut_shard(shard: Path, data: CelebA, rows: NDArray[np.int64]) -> tuple[int, int]:
    finder = FaceFinder()
    crops = np.empty((len(rows), CROP_SIDE, CROP_SIDE, 3), np.uint8)
    found = np.empty(len(rows), bool)
    for i, row in enumerate(rows):
        image = read_picture(data.pictures / data.names[row])
        cut = finder.crop(image, CROP_SIDE, CROP_MARGIN)
        crops[i], found[i] = cut.crop, cut.is_certain
    np.save(_crops_of(shard.with_suffix(".npz")), crops)
    # The table is renamed into place last: a shard with a table is whole.
    unfinished = shard.with_suffix(".part.npz")
    np.savez(
        unfinished,
        names=data.names[rows],
        labels=data.labels[rows],
        identities=data.identities[rows],
        found=found,
        attributes=np.array(data.attributes),
    )
    unfinished.replace(shard.with_suffix(".npz"))
    return len(rows), int((~found).sum())
