"""The text files of CelebA's layout, and the one that Facet adds: which labels a picture cannot show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.errors import DataError

LABELS, PARTITION = "list_attr_celeba.txt", "list_eval_partition.txt"
IDENTITIES = "identity_CelebA.txt"
MASK = "list_masked_attr.txt"
_EVERY_PICTURE, _COMMENT = "*", "#"


def read_labels(path: Path) -> tuple[tuple[str, ...], dict[str, list[int]]]:
    """Return the names of the labels, and the labels, each 1 or -1, by file name.

    Raises:
        DataError: it cannot be read, or a line is not like that.
    """
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


def read_visible(path: Path, names: Sequence[str], attributes: Sequence[str]) -> NDArray[np.bool_]:
    """Read which labels count, (pictures, labels) bool: all but those that the file masks.

    A line has a file name, or * for every picture, and the labels that cannot be seen there. Lines add up; what begins
    with # is a comment.

    Args:
        path: of the file.
        names: of the pictures.
        attributes: the names of the labels.

    Raises:
        DataError: it cannot be read, or names a picture or a label that is not among these.
    """
    visible = np.ones((len(names), len(attributes)), bool)
    rows = {name: row for row, name in enumerate(names)}
    columns = {name: column for column, name in enumerate(attributes)}
    for number, line in enumerate(_read_lines(path), start=1):
        name, *masked = line.partition(_COMMENT)[0].split() or [""]
        if not name:
            continue
        if name != _EVERY_PICTURE and name not in rows:
            message = (
                f"{path}, line {number}: {LABELS} has no picture {name!r}; a line begins with a file name, or with "
                f"{_EVERY_PICTURE} for every picture"
            )
            raise DataError(message)
        if not masked or (unknown := [label for label in masked if label not in columns]):
            found = f"the label {unknown[0]!r} is not in {LABELS}" if masked else "no label"
            message = f"{path}, line {number}: {found}; name labels that cannot be seen, of: {', '.join(attributes)}"
            raise DataError(message)
        row = slice(None) if name == _EVERY_PICTURE else rows[name]
        visible[row, [columns[label] for label in masked]] = False
    return visible


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}; CelebA's layout has this file"
        raise DataError(message) from error
