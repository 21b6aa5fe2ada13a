"""What is typed after an option is checked before anything runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from model.cli.app import bytes_of, masks_of
from model.errors import DataError


@pytest.mark.parametrize(
    ("size", "found"), [("48MB", 48_000_000), ("1.5 gb", 1_500_000_000), ("2000kB", 2_000_000)]
)
def test_a_size_has_a_unit(size: str, found: int) -> None:
    """Of a thousand times a thousand bytes, as disks and hosters count."""
    assert bytes_of(size, "--size") == found


@pytest.mark.parametrize("size", ["48", "MB", "1e3MB", "500kB", "-2MB"])
def test_a_size_that_is_none_is_an_error(size: str) -> None:
    """With what is expected."""
    with pytest.raises(DataError, match=rf"--size {size}: a size of at least 1MB is expected"):
        bytes_of(size, "--size")


def test_a_mask_belongs_to_a_folder(tmp_path: Path) -> None:
    """A folder may be written with a slash at its end, and have an equals sign in its name."""
    data, mask = [tmp_path / "a=b", tmp_path / "c"], tmp_path / "mask.txt"
    mask.touch()
    assert masks_of([f"{data[0]}/={mask}"], data) == {data[0]: mask}
    assert masks_of([], data) == {}


def test_a_mask_of_no_folder_is_an_error(tmp_path: Path) -> None:
    """The folders are listed, and so is a file that does not exist."""
    mask = tmp_path / "mask.txt"
    with pytest.raises(DataError, match=r"mask\.txt is not a file; FOLDER=FILE is expected"):
        masks_of([f"{tmp_path}={mask}"], [tmp_path])
    mask.touch()
    for wrong in (f"other={mask}", str(mask)):
        with pytest.raises(DataError, match=f"--mask {wrong}: --data has {tmp_path}; FOLDER=FILE"):
            masks_of([wrong], [tmp_path])


def test_lossless_pictures_have_no_quality(tmp_path: Path) -> None:
    """One line of error, before anything is read."""
    command = [sys.executable, "-m", "model", "pack", "--out", str(tmp_path), "--size", "48MB"]
    run = subprocess.run(
        [*command, "--webp", "90", "--lossless"], check=False, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert run.stderr.startswith("error: --lossless keeps every pixel, so that --webp has no")
    assert len(run.stderr.splitlines()) == 1
