"""`facet classify` on a portrait: documents, tables and annotated pictures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.cli.classify import Showing, classify, table
from device.cli.demo.portrait import write_portrait
from device.cli.reading import Reading
from device.networks.card import read_card
from device.networks.files import model_path
from device.observation import Attribute, Box, Face, FaceAttributes, Observation, Source
from device.system.console import open_console


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
    *paths: Path,
    as_json: bool = False,
    everything: bool = False,
    annotated: Path | None = None,
    may_overwrite: bool = False,
) -> bool:
    return classify(paths, "attributes", Showing(as_json, everything, annotated, may_overwrite))


def test_a_document_is_an_observation_per_line(
    portrait: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the keys that a node publishes and the path as it was given, in the order of the pictures."""
    assert _classify(portrait, empty, as_json=True)
    smiling, none = map(json.loads, capsys.readouterr().out.splitlines())
    assert [smiling["picture"], none["picture"]] == [str(portrait), str(empty)]
    assert "annotated" not in smiling
    (face,) = smiling["faces"]
    assert face["attributes"]["Smiling"]["present"]
    assert len(face["attributes"]) == 40
    not_offered = {name for name, a in face["attributes"].items() if a.get("offered") is False}
    assert {"Male", "Attractive"} <= not_offered
    assert "Smiling" not in not_offered
    assert smiling["left_out"] == {}
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
    assert printed.splitlines()[0] == str(portrait)
    assert "1 of 1 faces judged" in printed
    assert "Smiling" in printed
    assert ("matters of opinion, or unreliable:" in " ".join(printed.split())) is is_shown
    assert ("Attractive" in printed) is is_shown


def test_a_picture_without_a_face_has_a_table_with_the_reason(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an answer, and not a failure."""
    assert _classify(empty)
    assert "No face (0 faces seen)" in capsys.readouterr().out


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


@pytest.mark.parametrize("name", ["[bold]x[/].png", ":cat:.png", "[link=nowhere]x.png"])
def test_the_path_of_a_picture_is_printed_as_it_is(
    empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It is neither markup nor an emoji."""
    picture = tmp_path / name
    picture.parent.mkdir(exist_ok=True)
    picture.write_bytes(empty.read_bytes())
    assert _classify(picture)
    assert capsys.readouterr().out.splitlines()[0] == str(picture)


def test_a_folder_is_all_its_pictures(
    portrait: Path, empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, as the camera of a node takes them; files of other kinds are no pictures."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, picture in (("2.png", portrait), ("1.png", empty)):
        (folder / name).write_bytes(picture.read_bytes())
    (folder / "notes.txt").touch()
    assert _classify(folder, as_json=True)
    documents = map(json.loads, capsys.readouterr().out.splitlines())
    assert [document["picture"] for document in documents] == [
        str(folder / "1.png"),
        str(folder / "2.png"),
    ]


def test_a_folder_without_a_picture_does_not_end_the_others(
    portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is an error of the command, which names no setting of a node."""
    assert not _classify(tmp_path, portrait, as_json=True)
    captured = capsys.readouterr()
    assert captured.err.startswith(
        f"error: the folder {tmp_path} has no picture among its 0 entries"
    )
    assert len(captured.out.splitlines()) == 1


def test_a_picture_that_is_missing_is_an_error_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the path, and no setting of a node: there is none."""
    assert not _classify(tmp_path / "absent.jpg")
    assert capsys.readouterr().err == (
        f"error: there is no file {tmp_path}/absent.jpg. Put the picture there, or correct the path.\n"
    )


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


def test_the_only_picture_of_a_folder_is_annotated_in_a_folder(
    portrait: Path, tmp_path: Path
) -> None:
    """More pictures may be in it the next time."""
    assert _classify(portrait.parent, as_json=True, annotated=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["portrait-facet.png"]


def test_pictures_of_one_name_do_not_replace_each_other(
    portrait: Path, empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has a name that is free, and its document says which."""
    for folder, picture in (("a", portrait), ("b", empty)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.png").write_bytes(picture.read_bytes())
    out = tmp_path / "out"
    assert _classify(tmp_path / "a", tmp_path / "b" / "x.png", as_json=True, annotated=out)
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["annotated"] for document in documents] == [
        str(out / "x-facet.png"),
        str(out / "x-facet-2.png"),
    ]
    assert (out / "x-facet.png").read_bytes() != (out / "x-facet-2.png").read_bytes()


def test_what_is_there_already_is_replaced_only_on_request(
    portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --overwrite the picture is reported, and the file stays; the exit code says so."""
    target = tmp_path / "shown.png"
    target.write_bytes(b"precious")
    assert not _classify(portrait, as_json=True, annotated=target)
    captured = capsys.readouterr()
    assert captured.err == (
        f"error: --annotate {target} exists, and was not replaced; give another place, or add --overwrite\n"
    )
    assert json.loads(captured.out)["face_count"] == 1
    assert target.read_bytes() == b"precious"
    assert _classify(portrait, as_json=True, annotated=target, may_overwrite=True)
    assert cv2.imread(str(target)) is not None


def test_a_picture_is_never_annotated_onto_itself(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even on request, and not under another path either."""
    before = empty.read_bytes()
    other_path = empty.parent / ".." / empty.parent.name / empty.name
    for target in (empty, other_path):
        assert not _classify(empty, as_json=True, annotated=target, may_overwrite=True)
        assert "is one of the pictures to look at" in capsys.readouterr().err
    assert empty.read_bytes() == before


def test_a_target_that_cannot_be_written_does_not_end_the_others(
    portrait: Path, empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both pictures are reported; the one that could be annotated is."""
    (tmp_path / "portrait-facet.png").mkdir()
    assert not _classify(portrait, empty, as_json=True, annotated=tmp_path, may_overwrite=True)
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: --annotate {tmp_path / 'portrait-facet.png'} cannot be")
    assert len(captured.out.splitlines()) == 2
    assert (tmp_path / "empty-facet.png").is_file()


def test_ten_faces_are_ten_rows_on_a_terminal_of_80_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is cut off, whatever each of them has."""
    monkeypatch.setenv("COLUMNS", "80")
    card = read_card(model_path("attributes"))
    fact = FaceAttributes(dict.fromkeys(card.names, Attribute(1.0, present=True)), None, None)
    face = Face(
        Box(0, 0, 1234, 1234),
        np.zeros((6, 2), np.float32),
        score=1.0,
        quality=1.0,
        primary=False,
        facts={"attributes": fact},
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    observation = Observation(
        node="n",
        trigger=Source.FILE,
        triggered_at=moment,
        captured_at=moment,
        reason=None,
        faces=(face,) * 10,
        face_count=10,
        timings={},
    )
    console = open_console()
    with console.capture() as capture:
        console.print(table(observation, Reading.of(card, everything=True)))
    shown = capture.get()
    assert "…" not in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    numbers = [line.split()[0] for line in shown.splitlines() if line[:1].isdigit()]
    assert numbers == [str(number) for number in range(1, 11)]
    # A word is cut nowhere, and each attribute is there as often as there are faces.
    words = shown.split()
    assert words.count("cheekbones") == words.count("Eyeglasses") == 10
