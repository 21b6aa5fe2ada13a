"""A training picture is a view of a prepared crop, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from model.data.augment import augment, canonical
from model.data.draws import draw, plain
from model.data.faces import FaceFinder
from model.data.prepare import CROP_MARGIN, CROP_SIDE
from model.recipes.recipe import Augmentation


def test_the_canonical_part_of_a_crop_is_what_the_node_cuts(celeba: Path) -> None:
    """Training sees what the node will see."""
    image = np.asarray(cv2.imread(str(celeba / "img_celeba" / "000001.jpg")), np.uint8)
    finder = FaceFinder()
    prepared = finder.crop(image, CROP_SIDE, CROP_MARGIN).crop
    assert float(cv2.absdiff(canonical(prepared, 112), finder.crop(image, 112).crop).mean()) < 3


def test_the_same_draws_give_the_same_picture(celeba: Path) -> None:
    """Another row gives another one."""
    image = np.asarray(cv2.imread(str(celeba / "img_celeba" / "000001.jpg")), np.uint8)
    crop = FaceFinder().crop(image, CROP_SIDE, CROP_MARGIN).crop

    draws = draw(Augmentation(), 2, 96, np.random.default_rng(3))
    first, again, other = (augment(crop, draws, row) for row in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()
    assert first.shape == (96, 96, 3)


def test_a_picture_that_does_not_stray_is_the_canonical_crop(celeba: Path) -> None:
    """Frozen blocks see the same plain picture, whichever way it is made."""
    image = np.asarray(cv2.imread(str(celeba / "img_celeba" / "000001.jpg")), np.uint8)
    crop = FaceFinder().crop(image, CROP_SIDE, CROP_MARGIN).crop
    assert (augment(crop, plain(1, 112, 1.4), 0) == canonical(crop, 112, 1.4)).all()
