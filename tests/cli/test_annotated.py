"""Where annotated pictures go, and what is never replaced."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device.cli.annotate import annotate
from device.cli.annotated import annotated_paths, file_ids, write_annotated
from device.cli.classify import observe_picture
from device.cli.reading import Reading
from device.errors import ClassifyError
from device.observation import Image
from device.perception import open_perception

OUT = Path("out")


@pytest.fixture
def image() -> Image:
    """Gray, 60x40 pixels."""
    return np.full((40, 60, 3), 127, np.uint8)


def test_no_two_pictures_share_a_name() -> None:
    """Neither those of one name in two folders, nor those that differ in their ending or in their case."""
    pictures = [Path(name) for name in ("a/x.jpg", "b/x.jpg", "x.png", "X.jpg", "x-facet.png")]
    assert annotated_paths(pictures, OUT, is_folder=True) == [
        OUT / name
        for name in (
            "x-facet.png",
            "x-facet-2.png",
            "x-facet-3.png",
            "X-facet-4.png",
            "x-facet-facet.png",
        )
    ]


@pytest.mark.parametrize("name", ["shown.unknown", "shown", "shown.\udcff", "shown.pn\u0261"])
def test_an_ending_that_is_no_picture_format_is_an_error(name: str) -> None:
    """OpenCV is not asked about one that it cannot take as text."""
    with pytest.raises(ClassifyError, match=r"which is not a picture format; give a path"):
        annotated_paths([Path("x.jpg")], Path(name), is_folder=False)


def test_several_pictures_do_not_go_into_a_file(tmp_path: Path) -> None:
    """That is found before the first one is looked at."""
    place = tmp_path / "shown.png"
    place.touch()
    with pytest.raises(ClassifyError, match="is a file, and 2 pictures need a folder"):
        annotated_paths([Path("x.jpg"), Path("y.jpg")], place, is_folder=True)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".JPG", ".webp", ".bmp"])
def test_the_ending_is_the_format(image: Image, tmp_path: Path, ending: str) -> None:
    """What is written can be read again; the folder is made."""
    path = tmp_path / "folder" / f"shown{ending}"
    write_annotated(path, image, frozenset(), may_overwrite=False)
    written = cv2.imread(str(path))
    assert written is not None
    assert written.shape == image.shape


def test_a_name_that_is_not_utf_8_is_written(image: Image, tmp_path: Path) -> None:
    """A name on a Linux disk is any bytes; OpenCV's own writing ended the process at such a one."""
    path = tmp_path / "gr\udcfc\udcdfe.png"
    write_annotated(path, image, frozenset(), may_overwrite=False)
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(np.asarray(decoded), image)


@pytest.mark.parametrize("is_link", [False, True])
def test_what_exists_is_not_replaced(image: Image, tmp_path: Path, is_link: bool) -> None:
    """Nor is a link whose target is away, for instance on a disk that is not mounted."""
    path = tmp_path / "shown.png"
    if is_link:
        path.symlink_to(tmp_path / "away")
    else:
        path.touch()
    with pytest.raises(ClassifyError, match=r"exists, and was not replaced.*add --overwrite"):
        write_annotated(path, image, frozenset(), may_overwrite=False)
    assert path.is_symlink() is is_link
    write_annotated(path, image, frozenset(), may_overwrite=True)
    assert path.stat().st_size > 0


def test_a_picture_that_is_looked_at_is_not_replaced_under_any_name(
    image: Image, tmp_path: Path
) -> None:
    """Also through a link, and although everything else may be replaced."""
    picture, link = tmp_path / "picture.png", tmp_path / "link.png"
    picture.write_bytes(b"original")
    link.symlink_to(picture)
    originals = file_ids([picture, tmp_path / "absent.png"])
    for path in (picture, link):
        with pytest.raises(ClassifyError, match="is one of the pictures to look at"):
            write_annotated(path, image, originals, may_overwrite=True)
    assert link.is_symlink()
    assert picture.read_bytes() == b"original"


def test_a_folder_that_is_a_file_is_an_error(image: Image, tmp_path: Path) -> None:
    """On one line, which names the option, the path and the reason."""
    (tmp_path / "file").touch()
    with pytest.raises(ClassifyError, match=r"^--annotate .*cannot be written: .*; give a path"):
        write_annotated(tmp_path / "file" / "x.png", image, frozenset(), may_overwrite=False)


def test_a_picture_that_the_format_cannot_hold_is_an_error(tmp_path: Path) -> None:
    """JPEG ends at 65,535 pixels; nothing is left behind."""
    with pytest.raises(ClassifyError, match=r"does not take a picture of 70000x1 pixels"):
        write_annotated(
            tmp_path / "x.jpg", np.zeros((1, 70_000, 3), np.uint8), frozenset(), may_overwrite=False
        )
    assert list(tmp_path.iterdir()) == []


def test_a_strip_is_not_enlarged_without_limit() -> None:
    """One of 32 rows would be enlarged fifteen times, to gigabytes."""
    strip = np.zeros((32, 6000, 3), np.uint8)
    perception = open_perception()
    observation = observe_picture(perception, strip)
    assert annotate(strip, observation, Reading.of(perception.card)).shape[1] < 7000
