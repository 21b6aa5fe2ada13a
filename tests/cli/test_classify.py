"""`facet classify` on a portrait: documents, tables and annotated pictures."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.cli.classify import classify
from device.cli.demo.portrait import write_portrait
from device.errors import ClassifyError


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One smiling face, 640x480 pixels."""
    return write_portrait(tmp_path_factory.mktemp("portrait"))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A picture without a face."""
    path = tmp_path / "empty.png"
    cv2.imwrite(str(path), np.full((480, 640, 3), 127, np.uint8))
    return path


def _classify(
    *pictures: Path, as_json: bool = False, everything: bool = False, annotated: Path | None = None
) -> bool:
    return classify(
        list(pictures), "attributes", as_json=as_json, everything=everything, annotated=annotated
    )


def test_a_document_is_an_observation_per_line(
    portrait: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the keys that a node publishes, in the order of the pictures."""
    assert _classify(portrait, empty, as_json=True)
    smiling, none = map(json.loads, capsys.readouterr().out.splitlines())
    (face,) = smiling["faces"]
    assert face["attributes"]["Smiling"]["present"]
    assert len(face["attributes"]) == 40
    assert smiling["trigger"] == "file"
    assert smiling["reason"] is None
    assert smiling["timings"]["total"] > 0
    assert none["faces"] == []
    assert none["reason"] == "no_face"


@pytest.mark.parametrize(
    ("everything", "is_shown"),
    [
        (False, False),
        (True, True),
    ],
)
def test_a_table_shows_subjective_attributes_only_on_request(
    portrait: Path, capsys: pytest.CaptureFixture[str], everything: bool, is_shown: bool
) -> None:
    """The network reports Attractive for this portrait, which is a matter of opinion."""
    assert _classify(portrait, everything=everything)
    printed = capsys.readouterr().out
    assert "portrait.png" in printed
    assert "face 1 (primary)" in printed
    assert "Smiling" in printed
    assert ("Attractive" in printed) is is_shown


def test_a_picture_without_a_face_has_a_table_with_the_reason(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an answer, and not a failure."""
    assert _classify(empty)
    assert "no_face (0 faces seen)" in capsys.readouterr().out


def test_a_picture_that_cannot_be_read_does_not_end_the_others(
    portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named on standard error, and the result is that not all could be read."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    assert not _classify(broken, portrait, as_json=True)
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert "broken.jpg" in captured.err
    assert len(captured.out.splitlines()) == 1


def test_several_annotated_pictures_go_into_a_folder(
    portrait: Path, empty: Path, tmp_path: Path
) -> None:
    """The panel beside each picture makes it wider; the picture itself is to the left of it."""
    assert _classify(portrait, empty, as_json=True, annotated=tmp_path / "out" / "annotated")
    written = sorted((tmp_path / "out" / "annotated").iterdir())
    assert [path.name for path in written] == ["empty-facet.png", "portrait-facet.png"]
    without_face, with_face = (cv2.imread(str(path)) for path in written)
    assert without_face is not None
    assert with_face is not None
    assert without_face.shape[1] > 640
    assert (without_face[:480, :640] == 127).all()
    original = cv2.imread(str(portrait))
    assert original is not None
    # A box and four keypoints are drawn over it, and nothing else.
    differs = (with_face[:480, :640] != original).any(axis=2)
    assert 0.001 < differs.mean() < 0.05


def test_one_annotated_picture_has_the_given_name(portrait: Path, tmp_path: Path) -> None:
    """Unless the name is that of a folder."""
    assert _classify(portrait, as_json=True, annotated=tmp_path / "shown.jpg")
    assert _classify(portrait, as_json=True, annotated=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["portrait-facet.png", "shown.jpg"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file/below.png", "cannot be written: "),  # a folder that is a file
        ("shown.unknown", "has the ending '.unknown', which is not a picture format"),
        ("shown", "has the ending '', which is not a picture format"),
    ],
)
def test_an_annotated_picture_that_cannot_be_written_is_an_error(
    portrait: Path, tmp_path: Path, name: str, reason: str
) -> None:
    """On one line, which names the option, the path and the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(ClassifyError, match=rf"^--annotate .*{reason}.*; give a path"):
        _classify(portrait, as_json=True, annotated=tmp_path / name)
