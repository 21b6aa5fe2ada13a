"""The pictures of a folder, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.camera import picture_names
from device.errors import CameraNotFoundError


def test_the_names_are_sorted_pictures(tmp_path: Path) -> None:
    """Whatever the case of their ending; hidden files and files of other kinds are left out."""
    for name in ("b.PNG", "a.jpg", ".c.jpg", "d.txt"):
        (tmp_path / name).touch()
    assert picture_names(tmp_path) == ["a.jpg", "b.PNG"]


@pytest.mark.parametrize("setting", ["", "camera.source: "])
def test_an_error_begins_with_the_setting(tmp_path: Path, setting: str) -> None:
    """Or with none, for a command that was given the folder itself."""
    with pytest.raises(CameraNotFoundError) as empty:
        picture_names(tmp_path, setting=setting)
    assert str(empty.value).startswith(f"{setting}the folder {tmp_path} has no picture")
    with pytest.raises(CameraNotFoundError) as absent:
        picture_names(tmp_path / "absent", setting=setting)
    assert str(absent.value).startswith(f"{setting}the folder {tmp_path}/absent cannot be read")
