"""Careful labels of facial hair for pictures of CelebA, and the pictures that show none.

The labels are those of FH37K (Wu et al., "Logical Consistency and Greater Descriptive Power for Facial Hair Attribute
Learning", CVPR 2023): a CSV file with a column for the picture and 22 columns of 0 and 1. They were drawn from pictures
that CelebA calls bearded. Most people whom a camera meets have no beard at all, so pictures that CelebA calls beardless
are added, with care: see _is_certainly_shaven.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from model.data.celeba import SPLITS, CelebA
from model.errors import DataError

QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "style": ("none", "stubble", "mustache", "goatee", "beard"),
    "length": ("none", "stubble", "short", "medium", "long"),
    "mustache": ("none", "present"),
    "sideburns": ("none", "present"),
}
"""What is asked, and the answers in the order of the network's outputs."""

MASKED = -1
"""Stands for an answer that a picture cannot show: it counts in no loss, no calibration and no figure."""

# The columns of each group, in the order of the answers; the last one means that the picture does not show it.
_AREA = ("Clean_shaven", "Chin_area", "Side_to_side", "Beard_area-Info_not_vis")
_LENGTH = ("5_o_clock_shadow", "Short", "Medium", "Long", "Bread_length-Info_not_vis")
_MUSTACHE = ("Mustache-None", "Isolated", "Mustache-Connected_to_beard", "Mustache-Info_not_vis")
_SIDEBURNS = (
    "Sideburns-None",
    "Sideburns_present",
    "Sideburns-Connected_to_beard",
    "Sideburns-Info_not_vis",
)
_CLEAN, _CHIN = 0, 1
_STUBBLE = QUESTIONS["length"].index("stubble")

_FACIAL_HAIR = ("5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns")
_MOST_SHAVEN_EACH = 1500
_SEED = "facial hair 1"
_HELD_OUT_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class FacialHairRows:
    """Pictures with what is known of their facial hair.

    Attributes:
        pictures: (N,) their files.
        truth: (N, 4) int8, the index of the true answer to each question, or MASKED.
        is_careful: (N,) bool: labelled with care; the others are people whom CelebA calls beardless.
        is_male: (N,) bool, as CelebA's label says.
        is_held_out: (N,) bool: of people of whom no picture is trained on.
        identities: (N,) int64; -1 where unknown.
        celeba: by CelebA's name, (N,) bool, what its own labels say.
    """

    pictures: tuple[Path, ...]
    truth: NDArray[np.int8]
    is_careful: NDArray[np.bool_]
    is_male: NDArray[np.bool_]
    is_held_out: NDArray[np.bool_]
    identities: NDArray[np.int64]
    celeba: Mapping[str, NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.pictures)

    def chosen(self, rows: NDArray[np.bool_]) -> FacialHairRows:
        """Return some of the rows, given as (N,) bool."""
        pictures = tuple(
            picture for picture, is_in in zip(self.pictures, rows, strict=True) if is_in
        )
        return FacialHairRows(
            pictures,
            self.truth[rows],
            self.is_careful[rows],
            self.is_male[rows],
            self.is_held_out[rows],
            self.identities[rows],
            {name: said[rows] for name, said in self.celeba.items()},
        )


def read_careful_labels(path: Path) -> dict[str, tuple[int, ...]]:
    """Read FH37K's annotations: by the picture's number, the index of the answer to each question, or MASKED.

    A group in which "not visible" is set is masked, whatever else is set in it.

    Raises:
        DataError: the file cannot be read, lacks a column or has a row without an answer.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            if missing := {*_AREA, *_LENGTH, *_MUSTACHE, *_SIDEBURNS} - {*columns}:
                message = (
                    f"{path}: no column {', '.join(sorted(missing))}; FH37K's annotations are expected, "
                    "whose first column is the picture's name"
                )
                raise DataError(message)
            return {number(row[columns[0]]): _truth(row) for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read: {error}; FH37K's annotations are expected"
        raise DataError(message) from error


def number(name: str) -> str:
    """Return CelebA's number of a picture: its name without folders and ending."""
    return Path(name).stem


def read_rows(
    folders: Sequence[CelebA], labels: Mapping[str, tuple[int, ...]], splits: Sequence[str]
) -> FacialHairRows:
    """Join careful labels with the pictures of folders, and add people who are shaven.

    A picture that several folders have is taken from the one that has it with the most pixels.

    Args:
        folders: in CelebA's layout.
        labels: see read_careful_labels.
        splits: of CelebA's, whose pictures are taken.

    Raises:
        DataError: no picture has a careful label, or a folder lacks an attribute of facial hair.
    """
    wanted = [SPLITS.index(split) for split in splits]
    best: dict[str, tuple[int, CelebA, int]] = {}
    for data in folders:
        for row in map(int, np.flatnonzero(np.isin(data.splits, wanted))):
            key = number(str(data.names[row]))
            if key not in labels and not _is_certainly_shaven(data, row):
                continue
            pixels = _pixels(data, row) if key in best else 0
            if key not in best or pixels > (best[key][0] or _pixels(*best[key][1:])):
                best[key] = pixels, data, row
    careful = [key for key in best if key in labels]
    if not careful:
        message = (
            "no picture of the data folders has a careful label; both are named by CelebA's numbers"
        )
        raise DataError(message)
    keys = [*careful, *_few_shaven({k: found[1:] for k, found in best.items() if k not in labels})]
    found = [best[key][1:] for key in keys]
    is_male = np.array([_has(data, row, "Male") for data, row in found])
    truth = np.array(
        [labels.get(key, _shaven(is_male=m)) for key, m in zip(keys, is_male, strict=True)]
    )
    identities = np.array([data.identities[row] for data, row in found])
    is_validation = np.array([data.splits[row] != SPLITS.index("train") for data, row in found])
    return FacialHairRows(
        tuple(data.pictures / str(data.names[row]) for data, row in found),
        truth.astype(np.int8),
        np.array([key in labels for key in keys]),
        is_male,
        is_validation | np.array(list(map(_is_held_out, identities, keys))),
        identities,
        {
            name: np.array([_has(data, row, name) for data, row in found])
            for name in (*_FACIAL_HAIR, "No_Beard")
        },
    )


def _truth(row: Mapping[str, str]) -> tuple[int, ...]:
    area = _set(row, _AREA)
    # Whether they are connected to the beard is no question: annotators and networks agree on that too rarely.
    mustache, sideburns = (min(_set(row, group), 1) for group in (_MUSTACHE, _SIDEBURNS))
    # Who is shaven has no length; in this file that is no "not visible".
    length = 0 if area == _CLEAN else _set(row, _LENGTH)
    length += length != MASKED and area != _CLEAN
    return _style(area, length, mustache), length, mustache, sideburns


def _set(row: Mapping[str, str], group: Sequence[str]) -> int:
    *answers, unseen = (row[column] == "1" for column in group)
    return MASKED if unseen or not any(answers) else answers.index(True)


def _style(area: int, length: int, mustache: int) -> int:
    """Return the style that follows: stubble of any shape, then what grows beyond it, then a mustache alone."""
    styles = QUESTIONS["style"]
    if MASKED in {area, length}:
        return MASKED
    if area != _CLEAN:
        longer = "goatee" if area == _CHIN else "beard"
        return styles.index("stubble" if length == _STUBBLE else longer)
    if mustache == MASKED:
        return MASKED
    return styles.index("mustache" if mustache else "none")


def _shaven(*, is_male: bool) -> tuple[int, ...]:
    # Sideburns are hair of the head as well: of the men whom CelebA calls beardless nobody has looked.
    return 0, 0, 0, MASKED if is_male else 0


def _has(data: CelebA, row: int, attribute: str) -> bool:
    if attribute not in data.attributes:
        message = f"{data.pictures.parent}: list_attr_celeba.txt lacks {attribute}"
        raise DataError(message)
    return bool(data.labels[row, data.attributes.index(attribute)])


def _is_certainly_shaven(data: CelebA, row: int) -> bool:
    """Return whether CelebA calls somebody beardless, and nothing else that it says contradicts that."""
    return _has(data, row, "No_Beard") and not any(_has(data, row, name) for name in _FACIAL_HAIR)


def _few_shaven(found: Mapping[str, tuple[CelebA, int]]) -> Iterator[str]:
    """Return pictures of as many men as women, one of each person, always the same ones."""
    people: set[int] = set()
    counts = {True: 0, False: 0}
    for key in sorted(found, key=_drawn):
        data, row = found[key]
        identity, is_male = int(data.identities[row]), _has(data, row, "Male")
        if counts[is_male] < _MOST_SHAVEN_EACH and (identity < 0 or identity not in people):
            people.add(identity)
            counts[is_male] += 1
            yield key


def _is_held_out(identity: int, key: str) -> bool:
    """Return whether a person is never trained on: always the same ones, whatever folders there are."""
    person = key if identity < 0 else str(identity)
    return int(_drawn(person)[:8], 16) < _HELD_OUT_SHARE * 0x1_0000_0000


def _drawn(text: str) -> str:
    return hashlib.sha256(f"{_SEED} {text}".encode()).hexdigest()


def _pixels(data: CelebA, row: int) -> int:
    try:
        with Picture.open(data.pictures / str(data.names[row])) as picture:
            return picture.width * picture.height
    except OSError:
        return 0
