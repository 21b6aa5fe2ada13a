"""What is kept across restarts: replaced as a whole, and never read wrongly without anybody noticing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from device.errors import StoreError
from device.system.json_store import JsonStore

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


def test_a_file_is_kept_aside_while_it_stays_where_it_is(tmp_path: Path) -> None:
    """A power cut between the two names must not leave a folder without the file."""
    kept = store(tmp_path)
    kept.path.write_text("{")
    assert kept.keep_aside()
    aside = tmp_path / "kept.json.damaged-20261124T180000"
    assert (aside.read_text(), kept.path.read_text()) == ("{", "{")
    kept.write({"a": 1})
    assert aside.read_text() == "{"
    assert json.loads(kept.path.read_text()) == {"a": 1}


def test_a_file_that_cannot_be_kept_aside_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks learns it, and may leave the file alone."""
    assert not store(tmp_path).keep_aside()
    assert "cannot be kept as kept.json.damaged-20261124T180000" in caplog.text
