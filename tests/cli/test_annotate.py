"""Annotated pictures: text that can be read, and labels that hide no face."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import numpy as np
import pytest

from device.cli.annotate import annotate
from device.cli.annotate.layout import Area, Layout, arranged, placed
from device.cli.reading import Reading
from device.networks.card import read_card
from device.networks.files import model_path
from device.observation import (
    Attribute,
    Box,
    Face,
    FaceAttributes,
    LeftOut,
    Observation,
    Source,
    UnjudgedFace,
)

SCREEN = 1280
PADDING = 18
READING = Reading.of(read_card(model_path("attributes")))


@pytest.mark.parametrize("size", [(640, 480), (4000, 3000), (600, 604), (9000, 1000), (300, 4000)])
@pytest.mark.parametrize("faces", [1, 3, 10, 50])
def test_nothing_covers_anything_on_a_screen(size: tuple[int, int], faces: int) -> None:
    """The whole is at most as wide as a screen; lists overlap neither each other nor the picture, and use the width."""
    heights = [72 + 24 * (i % 5) for i in range(faces)]
    layout = arranged(*size, heights, PADDING)
    assert layout.width <= SCREEN
    assert layout.height <= max(480, layout.picture.height) + sum(heights) / 4 + 3 * max(heights)
    lists = [
        Area(left, top, Layout.COLUMN_WIDTH, height)
        for (left, top), height in zip(layout.lists, heights, strict=True)
    ]
    for one, other in combinations([layout.picture, *lists], 2):
        assert one.overlap(other) == pytest.approx(0)
    whole = Area(0, 0, layout.width, layout.height)
    for part in (layout.picture, *lists):
        assert part.overlap(whole) == pytest.approx(part.width * part.height)


def test_a_large_picture_keeps_its_details_and_its_text_a_size() -> None:
    """Two pixels for each unit: text is as high a share of the picture as in a small one."""
    small, large = (arranged(width, width * 3 // 4, [100], PADDING) for width in (960, 4000))
    assert (small.resolution, large.resolution) == (1, 2)
    assert small.width == large.width


def test_a_label_stands_above_its_face() -> None:
    """Where there is room."""
    face = Area(100, 100, 50, 50)
    tag = placed((20, 20), face, [face], Area(0, 0, 400, 400))
    assert (tag.left, tag.top + tag.height) == (100, 98)


@pytest.mark.parametrize(
    ("face", "others"),
    [
        (Area(100, 2, 50, 50), []),  # at the upper edge
        (Area(100, 348, 50, 50), [Area(90, 290, 70, 50)]),  # at the lower edge, below another one
        (Area(348, 200, 50, 50), [Area(340, 150, 58, 40)]),  # at the right edge
    ],
)
def test_a_label_hides_no_face_and_stays_in_the_picture(face: Area, others: list[Area]) -> None:
    """It moves below its face, or beside it."""
    within = Area(0, 0, 400, 400)
    tag = placed((60, 20), face, [face, *others], within)
    assert all(tag.overlap(other) == 0 for other in (face, *others))
    assert tag.overlap(within) == 60 * 20


def _observation(faces: int, left_out: int) -> Observation:
    found = tuple(
        Face(
            box=Box(40 + 120 * i, 60, 80, 80),
            keypoints=np.full((6, 2), 100, np.float32),
            score=0.9,
            quality=0.9,
            primary=i == 0,
            facts={
                "attributes": FaceAttributes(
                    {"Smiling": Attribute(0.9, present=True)}, None, "none"
                )
            },
        )
        for i in range(faces)
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Observation(
        node="n",
        trigger=Source.FILE,
        triggered_at=moment,
        captured_at=moment,
        reason=None,
        faces=found,
        face_count=faces + left_out,
        timings={},
        unjudged=tuple(
            UnjudgedFace(Box(40 + 120 * i, 300, 60, 60), LeftOut.TOO_MANY) for i in range(left_out)
        ),
    )


def test_a_face_that_was_left_out_is_marked() -> None:
    """With a box, and with the reason beside it."""
    image = np.zeros((480, 640, 3), np.uint8)
    without = annotate(image, _observation(2, 0), READING)
    marked = annotate(image, _observation(2, 2), READING)
    assert without.shape == marked.shape
    changed = (without != marked).any(axis=2)[:, :640]
    for i in range(2):
        left = 40 + 120 * i
        assert changed[300:361, left].mean() > 0.8  # the box's edge
        assert changed[276:298, left : left + 60].any()  # the words above it
    assert not changed[:200].any()
