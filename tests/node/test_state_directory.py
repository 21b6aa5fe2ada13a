"""The folder for what survives a restart: private, and without what kills have left in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.config import Config
from device.errors import StateDirectoryError
from device.node.state_directory import make_state_directory, remove_unfinished


def config(folder: Path) -> Config:
    """Return the configuration of a node that keeps everything in a folder."""
    return Config.model_validate({"mqtt": {"host": "b"}, "node": {"state_directory": str(folder)}})


def test_a_folder_that_others_can_read_becomes_private(tmp_path: Path) -> None:
    """Whoever made it."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    assert make_state_directory(config(folder)) == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_whose_permissions_cannot_be_changed_is_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """On a read-only disk, or one without permissions; the log says who can read it. Here: the kernel's own."""
    folder = Path("/proc/self/task")
    assert make_state_directory(config(folder)) == folder
    assert "node.state_directory /proc/self/task stays readable by others (555)" in caplog.text


def test_a_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    """It is the owner's to say where things are kept."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StateDirectoryError, match="choose a folder you may write to"):
        make_state_directory(config(tmp_path / "state"))


def test_what_a_kill_left_unfinished_is_removed(tmp_path: Path) -> None:
    """Also that of an older release; nothing else is."""
    kept = ["settings.json", "state.json.damaged-1", "x.part", ".hidden", "outbox.sqlite-wal"]
    unfinished = [".settings.json.0a1b2c3d", ".starts.json.ffffffff", "state.part"]
    for name in (*kept, *unfinished):
        (tmp_path / name).write_text("")
    (tmp_path / ".state.json.folder").mkdir()
    remove_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, ".state.json.folder"])
