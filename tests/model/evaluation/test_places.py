"""Small faces in large frames are measured against the close crop of the same pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data
from rich.console import Console
from typer.testing import CliRunner

from model.__main__ import app
from model.data.photographs import Photograph
from model.evaluation.places import Placed, PlacesMeasurement, places_table


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[Placed]:
    """One portrait at two places of frames of two sizes."""
    picture = tmp_path_factory.mktemp("photographs") / "a.png"
    cv2.imwrite(str(picture), np.ascontiguousarray(skimage.data.astronaut()[..., ::-1]))
    measurement = PlacesMeasurement([Photograph(picture, 1, {})], faces=1, places=2)
    return list(measurement.run([(640, 480), (1920, 1080)], [64, 100, 600]))


def test_each_size_is_measured_in_each_frame_that_has_room_for_it(measured: list[Placed]) -> None:
    """A face of 600 pixels fits into one frame only."""
    rows = [(row.width, row.face, row.places) for row in measured]
    assert rows == [
        (640, 64, 2),
        (640, 100, 2),
        (1920, 64, 2),
        (1920, 100, 2),
        (1920, 600, 2),
    ]


def test_closer_looks_find_what_one_look_does_not(measured: list[Placed]) -> None:
    """A face of 64 pixels at 1920x1080: found everywhere, its keypoints where they are close by."""
    small = measured[2]
    figures = small.closely.figures()
    assert (small.closely.found, small.closely.same, small.closely.others) == (2, 2, 0)
    assert small.once.same == 0
    assert (figures["keypoint_error"] or 1) < 0.1
    assert (figures["overlap"] or 0) > 0.85
    assert len(small.once.milliseconds) == len(small.closely.milliseconds) == 2


def test_the_figures_of_both_ways_of_looking_are_in_one_line(measured: list[Placed]) -> None:
    """For people; and in one document for scripts."""
    console = Console(width=150, record=True)
    console.print(places_table(measured))
    assert "1920x1080" in console.export_text()
    document = measured[0].to_json()
    assert (document["width"], document["height"], document["face"]) == (640, 480, 64)
    assert document["closely"]["found"] == 2


def test_without_photographs_the_command_names_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot make them up."""
    monkeypatch.delenv("FACET_PHOTOS", raising=False)
    result = CliRunner().invoke(app, ["places"])
    assert result.exit_code == 2
    assert "--photos" in result.output
