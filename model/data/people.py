"""Who is on which picture: the parts of CelebA's layout that recognition is measured with, and pairs of pictures."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data.celeba import pictures_folder
from model.data.half import Half
from model.data.tables import IDENTITIES, PARTITION, read_numbers
from model.errors import DataError

_TRAIN = 0
_FOLDS = 10
_MOST_PAIRS = 6000
_SEED = 0
_COLUMNS = ("left", "right", "same", "fold")


@dataclass(frozen=True, slots=True)
class People:
    """Pictures of known people.

    Attributes:
        pictures: the folder of the pictures.
        names: (N,) file names.
        identities: (N,) int64, who each of them shows.
    """

    pictures: Path
    names: NDArray[np.str_]
    identities: NDArray[np.int64]

    @property
    def folder(self) -> Path:
        """The data set's folder."""
        return self.pictures.parent

    def half(self, half: Half | None) -> People:
        """Return the pictures of those whose number is even or odd; all of them if None."""
        if half is None:
            return self
        kept = self.identities % 2 == (half is Half.ODD)
        return replace(self, names=self.names[kept], identities=self.identities[kept])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, as indices into People.

    Attributes:
        same: whether they show one person.
        fold: whose threshold the other folds decide.
    """

    left: int
    right: int
    same: bool
    fold: int


def read_people(folder: Path, only: Sequence[str] = ()) -> People:
    """Read identity_CelebA.txt, without the training pictures where list_eval_partition.txt knows which these are.

    Args:
        folder: in CelebA's layout; list_attr_celeba.txt is not needed.
        only: these pictures, whatever part they belong to; all if empty.

    Raises:
        DataError: a file is missing, or a picture is not in it.
    """
    pictures = pictures_folder(folder)
    identities = read_numbers(folder / IDENTITIES, None)
    if only:
        missing = sorted(set(only) - identities.keys())
        if missing:
            message = f"{folder / IDENTITIES} does not know {missing[0]!r}, which the pairs name"
            raise DataError(message)
        names = list(dict.fromkeys(only))
    else:
        partition = folder / PARTITION
        parts = read_numbers(partition, range(3)) if partition.exists() else {}
        held_out = [name for name in identities if parts.get(name, _TRAIN) != _TRAIN]
        names = held_out or list(identities)
    return People(pictures, np.array(names), np.array([identities[n] for n in names], np.int64))


def read_pairs(path: Path) -> list[tuple[str, str, bool, int]]:
    """Read a CSV with the columns left, right (file names), same (1 or 0) and fold (a number).

    Raises:
        DataError: it cannot be read, or a line is not like that.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            if missing := [c for c in _COLUMNS if c not in (table.fieldnames or ())]:
                message = (
                    f"{path}: column {missing[0]!r} is missing; {', '.join(_COLUMNS)} are expected"
                )
                raise DataError(message)
            return [_read_pair(path, table.line_num, row) for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read: {error}"
        raise DataError(message) from error


def _read_pair(path: Path, line: int, row: dict[str, str | None]) -> tuple[str, str, bool, int]:
    left, right, same, fold = ((row[column] or "").strip() for column in _COLUMNS)
    if not left or not right or same not in {"0", "1"} or not fold.isdigit():
        message = f"{path}, line {line}: two file names, 1 or 0, and a number are expected"
        raise DataError(message)
    return left, right, same == "1", int(fold)


def indexed(pairs: Sequence[tuple[str, str, bool, int]], people: People) -> list[Pair]:
    """Return pairs of file names as pairs of indices."""
    index = {str(name): i for i, name in enumerate(people.names)}
    return [Pair(index[left], index[right], same, fold) for left, right, same, fold in pairs]


def draw_pairs(people: People) -> list[Pair]:
    """Draw pairs by a fixed seed: half of one person, half of two, at most 6,000, in ten folds.

    Raises:
        DataError: nobody has two pictures, or there is only one person.
    """
    chance = np.random.default_rng(_SEED)
    rows = np.argsort(people.identities, kind="stable")
    groups = np.split(rows, np.flatnonzero(np.diff(people.identities[rows])) + 1)
    same = [pair for group in groups for pair in combinations(map(int, group), 2)]
    if not same or len(groups) == 1:
        message = f"{people.folder}: two pictures of one person, and two people, are needed"
        raise DataError(message)
    chosen = chance.permutation(len(same))[: _MOST_PAIRS // 2]
    pairs = [(*same[i], True) for i in chosen]
    while len(pairs) < 2 * len(chosen):
        left, right = (int(i) for i in chance.integers(len(rows), size=2))
        if people.identities[left] != people.identities[right]:
            pairs.append((left, right, False))
    return [
        Pair(left, right, same, i % len(chosen) * _FOLDS // len(chosen))
        for i, (left, right, same) in enumerate(pairs)
    ]
