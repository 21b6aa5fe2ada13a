"""All rivals see the same pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.pictures import decode_pictures
from benchmarks.rivals.programs.serving import read_ppm
from device.errors import CameraError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photographs, of which somebody has labelled one and estimated the faces of another."""
    images = tmp_path / "photographs" / "images"
    images.mkdir(parents=True)
    image = np.zeros((48, 64, 3), np.uint8)
    image[0, 0] = 10, 20, 30
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(images / name), image)
    table = "file,n_faces,approximate,Male\na.png,1,0,1\nb.png,7,1,\nc.png,0,0,\n"
    (images.parent / "labels.csv").write_text(table)
    return images.parent


def test_a_rival_reads_the_pixels_that_facet_decodes(folder: Path, tmp_path: Path) -> None:
    """In RGB; OpenCV has them in BGR."""
    first = decode_pictures(folder, tmp_path)[0]
    pixels = read_ppm(first.decoded.read_bytes())
    assert pixels.shape == (48, 64, 3)
    assert (first.width, first.height) == (64, 48)
    assert pixels[0, 0].tolist() == [30, 20, 10]
    assert not pixels[0, 1].any()


def test_an_estimate_is_no_count(folder: Path, tmp_path: Path) -> None:
    """Labels stay with their picture."""
    pictures = decode_pictures(folder, tmp_path)
    assert [picture.faces for picture in pictures] == [1, None, 0]
    assert [picture.labels for picture in pictures] == [{"Male": True}, {}, {}]


def test_pictures_without_a_table_are_measured_without_a_judgement(
    folder: Path, tmp_path: Path
) -> None:
    """In the order of their names."""
    pictures = decode_pictures(folder / "images", tmp_path)
    assert [picture.path.name for picture in pictures] == ["a.png", "b.png", "c.png"]
    assert all(picture.faces is None for picture in pictures)


def test_pictures_may_be_shrunk_to_a_cameras_frame(folder: Path, tmp_path: Path) -> None:
    """The longer side counts; what is small already stays."""
    shrunk = decode_pictures(folder, tmp_path, longest=32)[0]
    assert (shrunk.width, shrunk.height) == (32, 24)
    assert read_ppm(shrunk.decoded.read_bytes()).shape == (24, 32, 3)
    assert decode_pictures(folder, tmp_path, longest=100)[0].width == 64


def test_a_folder_without_pictures_names_the_option(tmp_path: Path) -> None:
    """And what is allowed there."""
    with pytest.raises(CameraError, match=r"--photos: .*has no picture.*\.jpg"):
        decode_pictures(tmp_path, tmp_path)


def test_a_table_without_rows_is_no_measurement(tmp_path: Path) -> None:
    """Its medians would be of nothing."""
    (tmp_path / "labels.csv").write_text("file,n_faces\n")
    with pytest.raises(BenchmarkError, match=r"--photos: .*labels\.csv names no picture"):
        decode_pictures(tmp_path, tmp_path)
