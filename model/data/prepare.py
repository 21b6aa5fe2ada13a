"""Crops for training, cut by the product's own detector and aligner, in shards that a killed run resumes from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import overload

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.data.celeba import SPLITS, CelebA, read_folders, read_picture
from model.data.faces import FaceFinder
from model.data.shards import (
    Table,
    crops_of,
    read_table,
    read_tables,
    write_shard,
    write_table,
)
from model.errors import DataError
from model.processes import end_with_parent

# Its canonical part has the 160 pixels that the node's networks are given.
CROP_SIDE = 184
# A fifth more than the canonical crop: room to turn, shift and scale it without inventing pixels.
CROP_MARGIN = 1.15
_SHARD = 512


class Shards(Sequence[NDArray[np.uint8]]):
    """The crops of shards, (n, side, side, 3) uint8 BGR each, memory-mapped when one is asked for.

    Args:
        tables: the shards, by their tables.
        kept: (n,) bool each, which of its crops count.
    """

    def __init__(self, tables: Sequence[Path], kept: Sequence[NDArray[np.bool_]]) -> None:
        self._tables, self._kept = tables, kept

    def __len__(self) -> int:
        return len(self._tables)

    @overload
    def __getitem__(self, index: int) -> NDArray[np.uint8]: ...

    @overload
    def __getitem__(self, index: slice) -> Shards: ...

    def __getitem__(self, index: int | slice) -> NDArray[np.uint8] | Shards:
        if isinstance(index, slice):
            return Shards(self._tables[index], self._kept[index])
        crops, kept = np.load(crops_of(self._tables[index]), mmap_mode="r"), self._kept[index]
        return np.asarray(crops if kept.all() else crops[kept])


@dataclass(frozen=True, slots=True)
class Crops:
    """Prepared crops of one split. Of a picture that several folders have, the last folder's is among them.

    Attributes:
        shards: (n, side, side, 3) uint8 BGR each; the side is 184, unless they were packed smaller.
        labels: (N, 40) float32, 0 or 1; nan where the picture cannot show it, so that it counts nowhere.
        identities: (N,) int64, CelebA's own numbers, so that folders may be joined; -1 where unknown.
        attributes: the names of the labels.
    """

    shards: Sequence[NDArray[np.uint8]]
    labels: NDArray[np.float32]
    identities: NDArray[np.int64]
    attributes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def load(self) -> NDArray[np.uint8]:
        """Return all crops in memory, (N, side, side, 3) uint8 BGR."""
        crops = np.empty((len(self), *self.shards[0].shape[1:]), np.uint8)
        row = 0
        for shard in self.of_one_size():
            crops[row : row + len(shard)] = shard
            row += len(shard)
        return crops

    def of_one_size(self) -> Iterator[NDArray[np.uint8]]:
        """Yield the shards.

        Raises:
            DataError: their pictures differ in size.
        """
        first = self.shards[0].shape[1:]
        for shard in self.shards:
            if shard.shape[1:] != first:
                message = (
                    f"there are crops of {first[0]} and of {shard.shape[1]} pixels; they were prepared by different "
                    "versions or packed with different sides: prepare all of them into an empty folder"
                )
                raise DataError(message)
            yield shard


def prepare(
    folders: list[Path],
    out: Path,
    workers: int | None = None,
    masks: Mapping[Path, Path] = MappingProxyType({}),
) -> None:
    """Cut the crops of every picture of every folder.

    Shards that exist already are kept; only their labels are brought up to date.

    Args:
        folders: of the data sets.
        out: takes the shards.
        workers: processes; all cores if None.
        masks: the file of masked labels of a folder, where the folder does not have it.

    Raises:
        DataError: a folder is not CelebA's layout, a picture cannot be read, or a shard is of other pictures.
    """
    out.mkdir(parents=True, exist_ok=True)
    tasks = [
        (
            out / f"{number}-{SPLITS[split]}-{start // _SHARD:05d}.npz",
            data,
            rows[start : start + _SHARD],
        )
        for number, data in enumerate(read_folders(folders, masks))
        for split in range(len(SPLITS))
        for rows in [np.flatnonzero(data.splits == split)]
        for start in range(0, len(rows), _SHARD)
    ]
    for other in sorted({*out.glob("*.npz")} - {path for path, _, _ in tasks})[:1]:
        raise DataError(_of_other_pictures(other))
    missing = []
    for task in tasks:
        if task[0].exists():
            _refresh(*task)
        else:
            missing.append(task)
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
        DataError: there are none, or a table is damaged.
    """
    paths, tables, kept = zip(*read_tables(folder, split), strict=True)
    table = Table.joined([each.take(rows) for each, rows in zip(tables, kept, strict=True)])
    return Crops(
        Shards(paths, kept),
        np.where(table.visible, table.labels, np.nan).astype(np.float32),
        table.identities,
        tuple(map(str, table.attributes)),
    )


def _of_other_pictures(shard: Path) -> str:
    return (
        f"{shard} holds crops of other pictures than --data has; delete {shard.parent}, or choose another folder "
        "with --out"
    )


def _refresh(shard: Path, data: CelebA, rows: NDArray[np.int64]) -> None:
    """Give a shard the labels that its pictures have now."""
    table = read_table(shard)
    if not np.array_equal(table.names, data.names[rows]):
        raise DataError(_of_other_pictures(shard))
    fresh = _table(data, rows, table.found)
    if not fresh.is_like(table):
        write_table(shard, fresh)


def _cut_shard(shard: Path, data: CelebA, rows: NDArray[np.int64]) -> tuple[int, int]:
    finder = FaceFinder()
    crops = np.empty((len(rows), CROP_SIDE, CROP_SIDE, 3), np.uint8)
    found = np.empty(len(rows), bool)
    for i, row in enumerate(rows):
        image = read_picture(data.pictures / data.names[row])
        cut = finder.crop(image, CROP_SIDE, CROP_MARGIN)
        crops[i], found[i] = cut.crop, cut.is_certain
    write_shard(shard, crops, _table(data, rows, found))
    return len(rows), int((~found).sum())


def _table(data: CelebA, rows: NDArray[np.int64], found: NDArray[np.bool_]) -> Table:
    return Table(
        data.names[rows],
        data.labels[rows],
        data.visible[rows],
        data.identities[rows],
        found,
        np.array(data.attributes),
    )
