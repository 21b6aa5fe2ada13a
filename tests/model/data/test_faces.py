"""The face of a picture is cut as the node cuts it."""

from __future__ import annotations

import numpy as np

from model.data.faces import FaceFinder


def test_a_picture_without_a_face_gives_its_middle() -> None:
    """Where no face is found the crop is marked as uncertain."""
    found = FaceFinder().crop(np.full((218, 178, 3), 120, np.uint8), 64)
    assert not found.is_certain
    assert found.crop.shape == (64, 64, 3)
