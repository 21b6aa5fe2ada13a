"""Shards of prepared crops on disk: the pixels of some pictures, and beside them a table of what these show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model.data.celeba import are_superseded
from model.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What is known of the pictures of a shard.

    Attributes:
        names: (n,) file names.
        labels: (n, labels) bool.
        visible: (n, labels) bool: whether the picture can show what the label says.
        identities: (n,) int64; -1 where unknown.
        found: (n,) bool: whether the product would have found the face.
        attributes: (labels,) their names.
    """

    names: NDArray[np.str_]
    labels: NDArray[np.bool_]
    visible: NDArray[np.bool_]
    identities: NDArray[np.int64]
    found: NDArray[np.bool_]
    attributes: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.names)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by their names."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, rows: NDArray[np.bool_] | slice) -> Table:
        """Return the table of some of the pictures."""
        columns = self.columns()
        attributes = columns.pop("attributes")
        return Table(
            **{name: column[rows] for name, column in columns.items()}, attributes=attributes
        )

    @property
    def row_bytes(self) -> int:
        """How many bytes a picture takes."""
        columns = self.columns()
        del columns["attributes"]
        return sum(column[:1].nbytes for column in columns.values())

    @classmethod
    def joined(cls, tables: Sequence[Table]) -> Table:
        """Return tables one below the other.

        Raises:
            DataError: they have different labels.
        """
        attributes = tables[0].attributes
        if not all(np.array_equal(table.attributes, attributes) for table in tables):
            message = "the data folders of these crops have different labels; prepare folders that have the same"
            raise DataError(message)
        columns = [table.columns() for table in tables]
        joined = {name: np.concatenate([of[name] for of in columns]) for name in columns[0]}
        return cls(**{**joined, "attributes": attributes})

    def is_like(self, other: Table) -> bool:
        """Return whether both say the same."""
        theirs = other.columns()
        return all(np.array_equal(column, theirs[name]) for name, column in self.columns().items())


def shards_of(folder: Path, split: str) -> list[Path]:
    """Return the shards of a split, by their tables, in the order of the data folders and of their pictures.

    Raises:
        DataError: there are none.
    """
    tables = sorted(folder.glob(f"*-{split}-*.npz"), key=lambda path: (_folder_number(path), path))
    if not tables:
        message = f"{folder}: no crops of the split {split!r}; run `python -m model prepare` first"
        raise DataError(message)
    return tables


def read_tables(folder: Path, split: str) -> Iterator[tuple[Path, Table, NDArray[np.bool_]]]:
    """Yield each shard's path and table, and which of its pictures count: those that no later data folder has.

    Raises:
        DataError: there are none, or one is damaged.
    """
    tables = {path: read_table(path) for path in shards_of(folder, split)}
    folders = [list(paths) for _, paths in groupby(tables, _folder_number)]
    names = [np.concatenate([tables[path].names for path in paths]) for paths in folders]
    for paths, superseded in zip(folders, are_superseded(names), strict=True):
        row = 0
        for path in paths:
            table = tables[path]
            yield path, table, ~superseded[row : row + len(table)]
            row += len(table)


def read_table(path: Path) -> Table:
    """Read the table of a shard. One of an older version masks nothing.

    Raises:
        DataError: it is damaged.
    """
    try:
        # NumPy does not close a damaged file that it opened itself.
        with path.open("rb") as file:
            return load_table(file)
    except (BadZipFile, EOFError, KeyError, OSError, TypeError, ValueError) as error:
        message = (
            f"{path} is not a table of crops ({error}); delete it, and prepare its folder again"
        )
        raise DataError(message) from error


def load_table(file: BinaryIO) -> Table:
    """Read a table from a file; what NumPy and ZIP raise says that it is none."""
    with np.load(file, allow_pickle=False) as columns:
        return Table(**{"visible": np.ones(columns["labels"].shape, bool), **columns})


def save_table(file: BinaryIO, table: Table) -> None:
    """Write a table into a file."""
    np.savez(file, allow_pickle=False, **table.columns())


def write_shard(path: Path, crops: NDArray[np.uint8], table: Table) -> None:
    """Write a shard. Its table is renamed into place last: a shard with a table is whole."""
    np.save(crops_of(path), crops)
    write_table(path, table)


def write_table(path: Path, table: Table) -> None:
    """Write the table of a shard so that a kill leaves either the old or the new one."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        save_table(file, table)
    unfinished.replace(path)


def crops_of(table: Path) -> Path:
    """Return the file of a shard's pixels, (n, side, side, 3) uint8 BGR."""
    return table.with_suffix(".crops.npy")


def _folder_number(table: Path) -> int:
    return int(table.name.partition("-")[0])
