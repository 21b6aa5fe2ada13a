"""CelebA's files are read as they are, and a broken one is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from model.data.celeba import read_celeba, read_picture
from model.errors import DataError
from tests.model.conftest import PICTURES


@pytest.fixture
def copy(celeba: Path, tmp_path: Path) -> Path:
    """Return a copy of the data set that a test may break."""
    return Path(shutil.copytree(celeba, tmp_path / "celeba"))


def _edit(path: Path, line: int, text: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines), encoding="utf-8")


def test_the_tables_are_read_row_by_row(celeba: Path) -> None:
    """Names, labels, splits and identities belong together."""
    data = read_celeba(celeba)
    first = (celeba / "list_attr_celeba.txt").read_text(encoding="utf-8").splitlines()[2].split()
    assert data.names[0] == first[0]
    assert data.labels[0].tolist() == [value == "1" for value in first[1:]]
    sizes = [len(data.rows(split)) for split in ("train", "val", "test")]
    assert sizes == [PICTURES // 2, PICTURES // 4, PICTURES // 4]
    assert data.identities[:5].tolist() == [1, 1, 1, 1, 2]


def test_the_folder_of_the_official_archive_is_known(copy: Path) -> None:
    """The aligned archive unpacks to img_align_celeba."""
    (copy / "img_celeba").rename(copy / "img_align_celeba")
    assert read_celeba(copy).pictures.name == "img_align_celeba"


def test_a_folder_without_pictures_says_what_is_expected(tmp_path: Path) -> None:
    """The error names the folder and the names it looked for."""
    with pytest.raises(DataError, match=r"no folder img_celeba or img_align_celeba"):
        read_celeba(tmp_path)


def test_a_missing_column_names_file_and_line(copy: Path) -> None:
    """A line with 39 labels is an error with its number."""
    _edit(copy / "list_attr_celeba.txt", 5, "000003.jpg " + " 1" * 39)
    with pytest.raises(
        DataError, match=r"list_attr_celeba\.txt, line 5: 39 labels .* 40 are expected"
    ):
        read_celeba(copy)


@pytest.mark.parametrize("line", ["000002.jpg 3", "000002.jpg x", "000002.jpg"])
def test_a_wrong_split_names_file_and_line(copy: Path, line: str) -> None:
    """Splits are 0, 1 or 2."""
    _edit(copy / "list_eval_partition.txt", 2, line)
    with pytest.raises(DataError, match=r"list_eval_partition\.txt, line 2: .*0 to 2 are expected"):
        read_celeba(copy)


def test_a_missing_label_file_is_named(copy: Path) -> None:
    """The error says which file of the layout is not there."""
    (copy / "list_attr_celeba.txt").unlink()
    with pytest.raises(DataError, match=r"list_attr_celeba\.txt cannot be read"):
        read_celeba(copy)


def test_an_empty_split_is_an_error(copy: Path) -> None:
    """Asking for pictures that are not there names the split."""
    path = copy / "list_eval_partition.txt"
    path.write_text(path.read_text(encoding="utf-8").replace(" 2\n", " 0\n"), encoding="utf-8")
    with pytest.raises(DataError, match=r"no picture of the split 'test'"):
        read_celeba(copy).rows("test")


def test_a_squeezed_picture_gets_its_aspect_back(tmp_path: Path) -> None:
    """A 64x64 picture is a whole aligned picture squeezed, and is stretched back."""
    path = tmp_path / "small.png"
    cv2.imwrite(str(path), np.zeros((64, 64, 3), np.uint8))
    assert read_picture(path).shape == (218, 178, 3)


def test_a_folder_may_have_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """OpenCV's own reading ended the process at such a one."""
    path = tmp_path / "gr\udcfc" / "000001.jpg"
    path.parent.mkdir()
    path.write_bytes(cv2.imencode(".jpg", np.zeros((218, 178, 3), np.uint8))[1].tobytes())
    assert read_picture(path).shape == (218, 178, 3)


def test_a_file_that_is_not_a_picture_is_an_error(tmp_path: Path) -> None:
    """A text file named .jpg is named, and so is a file that is missing."""
    path = tmp_path / "text.jpg"
    path.write_text("not a picture")
    with pytest.raises(DataError, match=r"text\.jpg: not a picture"):
        read_picture(path)
    path.write_bytes(b"")
    with pytest.raises(DataError, match=r"text\.jpg: not a picture"):
        read_picture(path)
    with pytest.raises(DataError, match=r"other\.jpg: missing"):
        read_picture(tmp_path / "other.jpg")
