"""Which cameras this machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.camera.devices import CameraDevice, camera_devices


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, Path]:
    """Two cameras with two devices each, and a folder for the names that udev gives."""
    folder, kernel = tmp_path / "dev", tmp_path / "sys"
    for number, name, index in ((0, "Webcam", 0), (1, "Webcam", 1), (2, "Other", 0)):
        device = folder / f"video{number}"
        device.parent.mkdir(exist_ok=True)
        device.touch()
        (kernel / device.name).mkdir(parents=True)
        (kernel / device.name / "name").write_text(f"{name}\n")
        (kernel / device.name / "index").write_text(f"{index}\n")
    return folder, kernel


def test_cameras_are_named_so_that_they_stay(machine: tuple[Path, Path]) -> None:
    """After a restart their numbers may be others."""
    folder, kernel = machine
    links = folder / "v4l" / "by-id"
    links.mkdir(parents=True)
    (links / "usb-Webcam_A-video-index0").symlink_to(folder / "video0")
    (links / "usb-Webcam_A-video-index1").symlink_to(folder / "video1")
    assert camera_devices(folder, kernel) == (
        CameraDevice(str(links / "usb-Webcam_A-video-index0"), "Webcam"),
    )


def test_without_such_names_they_are_numbered(machine: tuple[Path, Path]) -> None:
    """Devices that carry metadata are no cameras."""
    folder, kernel = machine
    assert camera_devices(folder, kernel) == (
        CameraDevice(f"{folder}/video0", "Webcam"),
        CameraDevice(f"{folder}/video2", "Other"),
    )


def test_a_machine_without_a_camera_has_none(tmp_path: Path) -> None:
    """A stream may be its camera."""
    assert camera_devices(tmp_path / "dev", tmp_path / "sys") == ()
