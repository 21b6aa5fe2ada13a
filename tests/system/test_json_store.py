"""What is kept across restarts: replaced as a whole, and never read wrongly without anybody noticing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from device.errors import StoreError
from device.system.json_store import JsonStore, Shape

DAMAGED = ["", "{", "[1]", "null", "\x00\x00", "[" * 100_000]


def store(folder: Path) -> JsonStore:
    """Return a store in a folder, at a time that the test knows."""
    return JsonStore(folder / "kept.json", lambda: datetime(2026, 11, 24, 18, tzinfo=UTC))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """By another process too."""
    store(tmp_path).write({"a": [1, None]})
    assert store(tmp_path).read() == {"a": [1, None]}
    store(tmp_path).write({})
    assert store(tmp_path).read() == {}


def test_no_file_is_nothing_written_yet(tmp_path: Path) -> None:
    """Which is not an error, and not the same as an empty object."""
    assert store(tmp_path).read() is None
    assert store(tmp_path).load() == {}


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_is_an_error_for_what_is_vital(tmp_path: Path, content: str) -> None:
    """It names the file and what is wrong with it."""
    (tmp_path / "kept.json").write_text(content)
    with pytest.raises(StoreError, match=r"kept\.json: it is damaged") as raised:
        store(tmp_path).read()
    assert raised.value.path == tmp_path / "kept.json"


def test_a_file_that_cannot_be_read_is_an_error_for_what_is_vital(tmp_path: Path) -> None:
    """It is not the same as no file."""
    (tmp_path / "kept.json").mkdir()
    with pytest.raises(StoreError, match=r"kept\.json: it cannot be read: Is a directory"):
        store(tmp_path).read()


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_counts_as_empty_for_what_is_convenient(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a file after a power cut is not a reason not to start; the log names it, and the next save replaces it."""
    kept = store(tmp_path)
    kept.path.write_text(content)
    assert kept.load() == {}
    assert "kept.json: it is damaged" in caplog.text
    kept.save({"a": 1})
    assert kept.load() == {"a": 1}


def test_what_cannot_be_written_is_an_error_for_what_is_vital(tmp_path: Path) -> None:
    """It says what to do."""
    missing = JsonStore(tmp_path / "missing" / "kept.json")
    with pytest.raises(StoreError, match=r"cannot be written: .*set node\.state_directory"):
        missing.write({})


def test_what_cannot_be_written_is_reported_for_what_is_convenient(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The node goes on without it."""
    JsonStore(tmp_path / "missing" / "kept.json").save({"a": 1})
    assert "cannot be written" in caplog.text
    assert "node.state_directory" in caplog.text


def test_a_damaged_file_is_kept_under_a_second_name_by_its_owner_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line of the log says which, what was found, and what becomes of it."""
    kept = store(tmp_path)
    kept.path.write_text("{")
    assert kept.load() == {}
    aside = tmp_path / "kept.json.damaged-20261124T180000"
    assert aside.read_text() == "{"
    assert aside.stat().st_mode & 0o777 == 0o600
    [line] = caplog.messages
    assert line.startswith(f"{kept.path}: it is damaged: Expecting property name")
    assert line.endswith(f". It is kept as {aside.name}; it counts as empty")
    assert kept.load() == {}
    assert len(caplog.messages) == 1


def test_of_many_damaged_files_the_newest_are_kept(tmp_path: Path) -> None:
    """A memory card that fails must not fill itself."""
    for day in range(1, 8):
        (tmp_path / "kept.json").write_text(f"{day}")
        now = datetime(2026, 11, day, tzinfo=UTC)
        JsonStore(tmp_path / "kept.json", partial(_same, now)).load()
    days = sorted(path.read_text() for path in tmp_path.glob("kept.json.damaged-*"))
    assert days == ["5", "6", "7"]


def test_a_damaged_file_that_cannot_be_set_aside_stays_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why."""
    kept = store(tmp_path)
    (tmp_path / "kept.json").write_text("{")
    # A folder with something in it cannot be replaced by a file.
    (tmp_path / "kept.json.damaged-20261124T180000").mkdir()
    assert kept.load() == {}
    assert kept.path.read_text() == "{"
    assert "It cannot be set aside (Is a directory) and stays as it is" in caplog.text


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_makes_room_for_one(tmp_path: Path, make: Callable[[Path], object]) -> None:
    """A folder, a pipe, which would keep a reader waiting, or a link that leads nowhere."""
    kept = store(tmp_path)
    make(kept.path)
    with pytest.raises(StoreError, match=r"kept\.json: it (cannot be read|is not|is a link)"):
        kept.read()
    assert kept.load() == {}
    kept.write({"a": 1})
    assert kept.path.is_file()
    assert kept.read() == {"a": 1}


@pytest.mark.parametrize("has_checksums", [True, False])
def test_a_file_without_checksums_is_read(tmp_path: Path, *, has_checksums: bool) -> None:
    """That of an older release, and one that an older release reads key by key."""
    kept = JsonStore(tmp_path / "kept.json", has_checksums=has_checksums)
    kept.path.write_text('{"a": {"b": 1}}')
    assert kept.read() == {"a": {"b": 1}}
    kept.write({"a": 2})
    assert ("checksums" in json.loads(kept.path.read_text())) is has_checksums
    assert kept.read() == {"a": 2}


def test_an_older_release_finds_its_keys_where_they_were(tmp_path: Path) -> None:
    """After a rollback it reads what this one has written."""
    store(tmp_path).write({"settings": {"privacy": True}})
    assert json.loads((tmp_path / "kept.json").read_text())["settings"] == {"privacy": True}


SHAPE = Shape({"a": (int,), "b": (str, type(None))}, required="a")


@pytest.mark.parametrize(
    ("text", "fault", "readable"),
    [
        ('{"a": true, "b": null}', "what it has as a is of another kind", {"b": None}),
        ('{"a": 1, "b": [], "c": 2}', "what it has as b is of another kind", {"a": 1, "c": 2}),
        ('{"b": "x"}', "it has no a", {"b": "x"}),
        ("{}", "it has no a", {}),
    ],
)
def test_a_document_of_another_shape_is_damaged(
    tmp_path: Path, text: str, fault: str, readable: dict[str, object]
) -> None:
    """What fits is still read."""
    (tmp_path / "kept.json").write_text(text)
    with pytest.raises(StoreError, match=fault) as raised:
        store(tmp_path).read(SHAPE)
    assert raised.value.readable == readable


def test_what_was_saved_of_a_damaged_document_is_not_damaged(tmp_path: Path) -> None:
    """Although it is not complete: its checksums say that it is all there was."""
    (tmp_path / "kept.json").write_text('{"b": "x"}')
    assert store(tmp_path).load(SHAPE) == {"b": "x"}
    assert store(tmp_path).read(SHAPE) == {"b": "x"}


def _same(now: datetime) -> datetime:
    return now
