"""What a picture cannot show is said in a text file that is easy to write by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.data.tables import read_visible
from model.errors import DataError

_NAMES = ["a.jpg", "b.jpg", "c.jpg"]
_LABELS = ["Bald", "Smiling", "Eyeglasses"]


def _visible(folder: Path, text: str) -> list[list[bool]]:
    path = folder / "mask.txt"
    path.write_text(text, encoding="utf-8")
    visible = read_visible(path, _NAMES, _LABELS)
    assert visible.dtype == np.bool_
    return [[bool(value) for value in row] for row in visible]


def test_a_star_masks_a_label_in_every_picture(tmp_path: Path) -> None:
    """A line is enough for a folder of pictures that were cut alike."""
    assert _visible(tmp_path, "* Bald Eyeglasses\n") == [[False, True, False]] * 3


def test_a_file_name_masks_labels_of_one_picture(tmp_path: Path) -> None:
    """Lines add up, comments and empty lines do not count, and the order is free."""
    text = "# a hand before the mouth\n\nb.jpg Smiling  # here\n* Bald\nb.jpg Eyeglasses\n"
    assert _visible(tmp_path, text) == [
        [False, True, True],
        [False, False, False],
        [False, True, True],
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("d.jpg Bald", "has no picture 'd.jpg'"),
        ("a.jpg Smilin", "the label 'Smilin' is not in"),
        ("a.jpg", "no label; name labels"),
    ],
)
def test_a_line_that_masks_nothing_known_is_an_error(tmp_path: Path, line: str, fault: str) -> None:
    """With its number, and what is allowed."""
    with pytest.raises(DataError, match=rf"mask\.txt, line 2: .*{fault}"):
        _visible(tmp_path, f"* Bald\n{line}\n")


def test_a_mask_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Its path is in the error."""
    with pytest.raises(DataError, match=r"none\.txt cannot be read"):
        read_visible(tmp_path / "none.txt", _NAMES, _LABELS)
