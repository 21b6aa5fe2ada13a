"""A training picture is a view of a prepared crop, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from model.data.augment import augment, canonical
from model.data.faces import FaceFinder
from model.data.prepare import CROP_MARGIN, CROP_SIDE
from model.recipes.recipe import Augmentation


def test_the_canonical_part_of_a_crop_is_what_the_node_cuts(celeba: Path) -> None:
    """Training sees what the node will see."""
    image = np.asarray(cv2.imread(str(celeba / "img_celeba" / "000001.jpg")), np.uint8)
    finder = FaceFinder()
    prepared = finder.crop(image, CROP_SIDE, CROP_MARGIN).crop
    assert float(cv2.absdiff(canonical(prepared, 112), finder.crop(image, 112).crop).mean()) < 3


def test_augmentation_repeats_itself_for_the_same_seed(celeba: Path) -> None:
    """A resumed run sees the same pictures; another seed gives others."""
    image = np.asarray(cv2.imread(str(celeba / "img_celeba" / "000001.jpg")), np.uint8)
    crop = FaceFinder().crop(image, CROP_SIDE, CROP_MARGIN).crop

    def view(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return augment(crop, 96, Augmentation(), np.random.default_rng(seed))

    assert (view(3) == view(3)).all()
    assert (view(3) != view(4)).any()
    assert view(3).shape == (96, 96, 3)
