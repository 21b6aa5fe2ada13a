"""The quality gate is measured on photographs made worse on purpose, and keeps its promise there."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from typer.testing import CliRunner

from device.networks.files import ZOO
from device.observation import Detection, Image
from device.perception.detection import FaceDetector
from model.__main__ import app
from model.data.photographs import Photograph, read_photographs
from model.errors import DataError
from model.evaluation.faults import Fault, brighten, graded_faults
from model.evaluation.gate import GateMeasurement, summed
from model.evaluation.occlusions import occlusions

# What a run of half a minute has time for; `python -m model robustness` measures all of them.
_PHOTOGRAPHS = 12
_SAMPLE = {
    ("blur", "sigma 1.0% of the face"),
    ("blur", "sigma 2.0% of the face"),
    ("blur", "sigma 4.0% of the face"),
    ("motion", "6% of the face"),
    ("motion", "15% of the face"),
    ("digital zoom", "from 40 px"),
    ("darkness", "values at 50%"),
    ("darkness", "values at 20%"),
    ("darkness", "values at 4%"),
    ("veil", "30% of the contrast"),
    ("noise, small face", "sigma 20 of 255"),
    ("noise, small face", "sigma 40 of 255"),
    ("JPEG, small face", "quality 20"),
}


def nothing(image: Image, _: Detection) -> Image:
    """Leave the picture as it is."""
    return image


def blackness(image: Image, _: Detection) -> Image:
    """Leave nothing of the picture."""
    return np.zeros_like(image)


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """A folder with one photograph of a smiling person without a hat."""
    (tmp_path / "images").mkdir()
    picture = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    cv2.imwrite(str(tmp_path / "images" / "a.png"), picture)
    (tmp_path / "labels.csv").write_text(
        "file,n_faces,approximate,Smiling,Eyeglasses,Wearing_Hat\na.png,1,0,1.0,,0.0\n"
    )
    return tmp_path


def test_photographs_are_read_with_the_labels_that_they_have(portrait: Path) -> None:
    """An empty cell is not a label."""
    assert read_photographs(portrait) == [
        Photograph(portrait / "images" / "a.png", 1, {"Smiling": True, "Wearing_Hat": False})
    ]


def test_a_folder_without_a_table_is_an_error(tmp_path: Path) -> None:
    """It names the file and the option."""
    with pytest.raises(DataError, match=r"labels\.csv cannot be read .*--photos"):
        read_photographs(tmp_path)


def test_a_table_without_the_number_of_faces_is_an_error(tmp_path: Path) -> None:
    """It names the column."""
    (tmp_path / "labels.csv").write_text("file,Smiling\na.png,1\n")
    with pytest.raises(DataError, match="n_faces"):
        read_photographs(tmp_path)


def test_a_clear_face_is_judged_and_a_black_picture_is_not(portrait: Path) -> None:
    """Without a fault no answer is wrong, and what shows no face counts as rejected."""
    faults = [Fault("nothing", "at all", nothing), Fault("blackness", "all", blackness)]
    clear, same, black = GateMeasurement(read_photographs(portrait)).run(faults)
    assert (clear.faces, clear.passed, clear.wrong) == (1, 1, 0)
    assert clear.answers > 8
    assert (same.passed, same.answers, same.wrong) == (1, clear.answers, 0)
    assert (black.found, black.rejected, black.wrong_share) == (0, 1, 0)
    assert summed([clear, same, black]).rejected == pytest.approx(1 / 3)


def test_what_the_clear_picture_had_wrong_is_not_counted(portrait: Path) -> None:
    """A label decides what is right: with one turned round, one answer fewer counts."""

    def answers(smiling: str) -> int:
        (portrait / "labels.csv").write_text(f"file,n_faces,Smiling\na.png,1,{smiling}\n")
        (clear,) = GateMeasurement(read_photographs(portrait)).run([])
        return clear.answers

    assert answers("1") == answers("0") + 1


def test_every_fault_makes_a_picture_of_the_same_kind(portrait: Path) -> None:
    """Each returns uint8 BGR of the picture's proportions, and no two have the same name."""
    image = np.asarray(cv2.imread(str(portrait / "images" / "a.png")), np.uint8)
    (face, *_) = FaceDetector.load(ZOO, 0.5).detect(image)
    faults = [*graded_faults(), *occlusions()]
    assert len({(fault.kind, fault.amount) for fault in faults}) == len(faults)
    for fault in faults:
        worse = fault.apply(image, face)
        assert worse.dtype == np.uint8
        assert worse.shape[2] == 3
        assert worse.shape[0] == pytest.approx(worse.shape[1], abs=1)
        assert worse.shape != image.shape or not np.array_equal(worse, image)


@pytest.mark.parametrize(("factor", "expected"), [(0.5, 100), (2, 255), (3, 255)])
def test_what_is_too_bright_is_cut_off(factor: float, expected: int) -> None:
    """A value does not start again at black, with a whole number as the factor either."""
    assert (brighten(np.full((2, 2, 3), 200, np.uint8), factor) == expected).all()


def test_the_command_prints_what_it_measured(
    portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON has a row for the clear picture and for each fault; the folder may come from the environment."""
    monkeypatch.setenv("FACET_PHOTOS", str(portrait))
    result = CliRunner().invoke(app, ["robustness", "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert len(rows) == 1 + len([*graded_faults(), *occlusions()])
    assert rows[0]["kind"] == "none"


@pytest.mark.photos
def test_at_most_one_answer_in_a_hundred_turns_wrong_in_what_is_judged(photos: Path) -> None:
    """What the gate lets pass is answered as in the clear picture; every clear face passes."""
    single = [photo for photo in read_photographs(photos) if photo.faces == 1]
    faults = [fault for fault in graded_faults() if (fault.kind, fault.amount) in _SAMPLE]
    assert len(faults) == len(_SAMPLE)
    rows = list(GateMeasurement(single[:: len(single) // _PHOTOGRAPHS]).run(faults))
    for row in rows:
        print(
            f"{row.kind} {row.amount}: {row.rejected:.0%} rejected, {row.wrong}/{row.answers} wrong"
        )
    clear, total = rows[0], summed(rows)
    dark = [row for row in rows if row.amount in {"values at 20%", "values at 4%"}]
    assert clear.faces >= _PHOTOGRAPHS
    assert clear.rejected == 0
    assert total.answers > 600
    assert total.wrong_share <= 0.01
    assert [row.rejected for row in dark] == [1, 1]
