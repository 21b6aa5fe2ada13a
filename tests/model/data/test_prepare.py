"""Crops are cut by the product's own aligner, once, however often the command is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.data.prepare import CROP_SIDE, prepare, read_crops
from model.errors import DataError
from tests.model.conftest import PICTURES


@pytest.fixture(scope="module")
def prepared(celeba: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the crops of the tiny data set."""
    out = tmp_path_factory.mktemp("crops")
    prepare([celeba], out, workers=1)
    return out


def test_every_picture_of_a_split_has_a_crop_and_its_labels(prepared: Path) -> None:
    """Half of the pictures are for training."""
    crops = read_crops(prepared, "train")
    assert crops.load().shape == (PICTURES // 2, CROP_SIDE, CROP_SIDE, 3)
    assert crops.labels.shape == (PICTURES // 2, 40)
    assert len(crops.attributes) == 40


def test_a_second_run_keeps_what_is_done(celeba: Path, prepared: Path) -> None:
    """Finished shards are not cut again; a missing one is."""
    before = {path.name: path.stat().st_mtime_ns for path in prepared.glob("*.npz")}
    lost = min(prepared.glob("*-val-*.npz"))
    lost.unlink()
    prepare([celeba], prepared, workers=1)
    after = {path.name: path.stat().st_mtime_ns for path in prepared.glob("*.npz")}
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {lost.name}


def test_crops_of_a_split_that_was_not_prepared_are_an_error(tmp_path: Path) -> None:
    """The error says which command makes them."""
    with pytest.raises(
        DataError, match=r"no crops of the split 'train'; run `python -m model prepare`"
    ):
        read_crops(tmp_path, "train")
