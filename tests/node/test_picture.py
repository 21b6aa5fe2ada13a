"""What of a picture leaves the node, and for how long it is shown."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from device.config.sections.privacy import PictureMode
from device.node.picture import render
from device.observation import Box, Image

FACE = Box(175, 70, 104, 104)


@pytest.fixture(scope="module")
def portrait() -> Image:
    """512x512 pixels with one face."""
    return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])


def decoded(jpeg: bytes | None) -> Image:
    """The pixels of a JPEG."""
    assert jpeg is not None
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_full_is_the_picture(portrait: Image) -> None:
    """But for what JPEG takes away."""
    shown = decoded(render(portrait, FACE, "full"))
    assert shown.shape == portrait.shape
    assert np.abs(shown.astype(int) - portrait).mean() < 5


def test_crop_is_the_face_alone(portrait: Image) -> None:
    """With a margin for hair and hat, and nothing of the room."""
    shown = decoded(render(portrait, FACE, "crop"))
    assert shown.shape[:2] == (187, 187)


@pytest.mark.parametrize("size", [(104, 104), (512, 512)], ids=["near", "fills the picture"])
def test_blurred_keeps_nothing_by_which_a_face_is_known(
    portrait: Image, size: tuple[int, int]
) -> None:
    """A picture of twenty pixels says as much, whether or not the detector saw the face."""
    image = cv2.resize(portrait[70:174, 175:279], size) if size[0] == 512 else portrait
    image = np.asarray(image, np.uint8)
    shown = decoded(render(image, None, "blurred"))
    assert shown.shape == image.shape
    again = cv2.resize(
        cv2.resize(shown, (20, 20), interpolation=cv2.INTER_AREA),
        (512, 512),
        interpolation=cv2.INTER_CUBIC,
    )
    assert np.abs(again.astype(int) - shown).mean() < 6


@pytest.mark.parametrize(("mode", "face"), [("off", FACE), ("crop", None)])
def test_what_may_not_be_shown_is_no_picture(
    portrait: Image, mode: PictureMode, face: Box | None
) -> None:
    """Not even one of one colour: it would count as new."""
    assert render(portrait, face, mode) is None


def test_a_large_picture_is_made_smaller() -> None:
    """A broker should not carry twelve megapixels."""
    shown = decoded(render(np.zeros((3000, 4000, 3), np.uint8), None, "full"))
    assert shown.shape == (720, 960, 3)
