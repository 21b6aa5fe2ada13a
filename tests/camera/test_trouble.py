"""What is wrong with a camera in a word for Home Assistant: from the kind of the error, never from its text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.camera import open_camera
from device.config import CameraSettings
from device.errors import CameraError, CameraTrouble
from device.system.secret_address import SecretAddress


def _nothing(_folder: Path) -> str:
    return "absent.png"


def _no_video(_folder: Path) -> str:
    return "absent.mp4"


def _empty_folder(folder: Path) -> str:
    (folder / "pictures").mkdir()
    return "pictures"


def _no_device(_folder: Path) -> str:
    return "/dev/video77"


def _other_scheme(_folder: Path) -> str:
    return "ftp://camera/picture"


def _other_file(folder: Path) -> str:
    (folder / "notes.txt").touch()
    return "notes.txt"


def _damaged_picture(folder: Path) -> str:
    (folder / "picture.png").write_bytes(b"PNG")
    return "picture.png"


def _damaged_pictures(folder: Path) -> str:
    (folder / "pictures").mkdir()
    (folder / "pictures" / "picture.png").write_bytes(b"PNG")
    return "pictures"


def _damaged_video(folder: Path) -> str:
    (folder / "video.mp4").write_bytes(b"MP4")
    return "video.mp4"


def _nobody_listens(_folder: Path) -> str:
    return "http://127.0.0.1:9/stream"


@pytest.mark.parametrize(
    ("source", "trouble"),
    [
        (_nothing, CameraTrouble.NOT_FOUND),
        (_no_video, CameraTrouble.NOT_FOUND),
        (_empty_folder, CameraTrouble.NOT_FOUND),
        (_no_device, CameraTrouble.NOT_FOUND),
        (_other_scheme, CameraTrouble.MISCONFIGURED),
        (_other_file, CameraTrouble.MISCONFIGURED),
        (_damaged_picture, CameraTrouble.UNREADABLE),
        (_damaged_pictures, CameraTrouble.UNREADABLE),
        (_damaged_video, CameraTrouble.UNREADABLE),
        (_nobody_listens, CameraTrouble.NO_CONNECTION),
    ],
)
def test_each_trouble_has_its_word(
    tmp_path: Path, source: Callable[[Path], str], trouble: CameraTrouble
) -> None:
    """A source that gives nothing says why in a word, and in a sentence for the owner."""
    name = source(tmp_path)
    target = name if "/" in name else str(tmp_path / name)
    with open_camera(CameraSettings(source=SecretAddress(target))) as camera:
        with pytest.raises(CameraError):
            camera.burst(1, newer_than=0.0)
        assert camera.status.trouble is trouble
        assert camera.status.fault


def test_the_trouble_ends_with_the_first_picture(tmp_path: Path) -> None:
    """Nothing of it stays in the status."""
    picture = tmp_path / "picture.png"
    with open_camera(CameraSettings(source=SecretAddress(str(picture)))) as camera:
        camera.tick(0.0)
        assert camera.status.trouble is CameraTrouble.NOT_FOUND
        cv2.imwrite(str(picture), np.full((480, 640, 3), 90, np.uint8))
        camera.burst(1, newer_than=0.0)
        assert camera.status.trouble is None
        assert camera.status.fault is None
