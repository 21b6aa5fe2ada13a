"""Ordinary photographs with a number of faces and a few labels: labels.csv beside the folder images."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model.errors import DataError

TABLE = "labels.csv"
"""Of a folder of photographs."""

_PICTURES = "images"
_FILE, _FACES, _APPROXIMATE = "file", "n_faces", "approximate"
_NO_LABELS = {_FILE, _FACES, _APPROXIMATE}
_PRESENT_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph, and what people saw on it.

    Attributes:
        path: of the picture.
        faces: how many it has.
        labels: whether an attribute is present, by CelebA's name; only those that somebody could see.
        is_exact: whether people have counted the faces, and not estimated them.
    """

    path: Path
    faces: int
    labels: Mapping[str, bool]
    is_exact: bool = True


def read_photographs(folder: Path) -> list[Photograph]:
    """Read the table of a folder of photographs.

    Args:
        folder: with labels.csv (columns file, n_faces, approximate, which may be left out, and one for each label: 1,
            0 or empty) and images/.

    Raises:
        DataError: the table is missing or lacks a column.
    """
    table = folder / TABLE
    try:
        with table.open(encoding="utf-8", newline="") as file:
            return [_photograph(folder, row) for row in csv.DictReader(file)]
    except OSError as error:
        message = (
            f"{table} cannot be read ({error.strerror}); --photos names the folder that has it"
        )
        raise DataError(message) from error
    except (KeyError, ValueError) as error:
        message = (
            f"{table}: {error} is missing or not a number; each row has {_FILE}, {_FACES}, and 1, 0 or nothing "
            "for each label"
        )
        raise DataError(message) from error


def _photograph(folder: Path, row: Mapping[str, str]) -> Photograph:
    labels = {
        name: float(value) > _PRESENT_FROM
        for name, value in row.items()
        if name not in _NO_LABELS and value
    }
    is_exact = not int(row.get(_APPROXIMATE) or 0)
    return Photograph(folder / _PICTURES / row[_FILE], int(row[_FACES]), labels, is_exact)
