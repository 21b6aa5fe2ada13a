"""Crops are cut by the product's own aligner, once, however often the command is stopped."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from model.data.augment import augment, canonical
from model.data.celeba import DataError
from model.data.prepare import CROP_SIDE, FaceFinder, prepare, read_crops
from model.recipes.recipe import Augmentation
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


def test_the_canonical_part_of_a_crop_is_what_the_node_cuts(celeba: Path) -> None:
    """Training sees what the node will see."""
    image = np.asarray(cv2.imread(str(celeba / "img_celeba" / "000001.jpg")), np.uint8)
    finder = FaceFinder()
    prepared = finder.crop(image, CROP_SIDE, 1.15).crop
    assert float(cv2.absdiff(canonical(prepared, 112), finder.crop(image, 112).crop).mean()) < 3


def test_augmentation_repeats_itself_for_the_same_seed(prepared: Path) -> None:
    """A resumed run sees the same pictures; another seed gives others."""
    crop = np.asarray(read_crops(prepared, "train").shards[0][0])

    def view(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return augment(crop, 96, Augmentation(), np.random.default_rng(seed))

    assert (view(3) == view(3)).all()
    assert (view(3) != view(4)).any()
    assert view(3).shape == (96, 96, 3)


def test_a_picture_without_a_face_gives_its_middle() -> None:
    """Where no face is found the crop says so."""
    found = FaceFinder().crop(np.full((218, 178, 3), 120, np.uint8), 64)
    assert not found.is_certain
    assert found.crop.shape == (64, 64, 3)
