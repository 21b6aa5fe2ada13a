"""What a node does with an outbox's file that is damaged, or not one that it knows: each case that has a name."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from device.errors import OutboxError
from device.mqtt import outbox_file
from device.mqtt.outbox import Event, Outbox
from device.mqtt.outbox_file import open_database
from device.system.aside import MOST_ASIDE
from tests.mqtt.events import THEN, event, ids, sender_of, sent
from tests.transport import RecordingTransport


def filled(path: Path, number: int = 5, size: int = 40) -> None:
    """Leave events in a file."""
    with Outbox.open(path) as outbox:
        for n in range(number):
            outbox.append(
                event(f"e{n}", json.dumps({"event_id": f"e{n}", "x": f"{'x' * size} end of e{n}."}))
            )


def flip_a_bit(path: Path, after: bytes) -> None:
    """Flip a bit of the byte that follows these."""
    content = bytearray(path.read_bytes())
    content[content.index(after) + len(after)] ^= 1
    path.write_bytes(content)


def asides(path: Path) -> list[Path]:
    """The files that were set aside."""
    return sorted(path.parent.glob(f"{path.name}.damaged-*"))


def test_one_flipped_bit_costs_one_event(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """SQLite finds nothing wrong. The others are sent, the loss is counted, and the log has a line."""
    path = tmp_path / "outbox"
    filled(path)
    flip_a_bit(path, b'{"event_id": "e2", "x": "xx')
    link = RecordingTransport()
    with Outbox.open(path) as outbox:
        sender = sender_of(link, outbox)
        sender.resume()
        assert sent(link) == ["e0", "e1", "e3", "e4"]
        assert sender.dropped == 1
    [aside] = asides(path)
    assert (
        f"{path} cannot be used (1 of its events are not as they were written); it is kept as {aside.name}. "
        "4 undelivered events were read from it and go on waiting; 1 are damaged and lost."
    ) in caplog.text


@pytest.mark.parametrize("part", ["payload", "state", "uptime", "boot_id", "occurred_at"])
def test_each_part_of_an_event_is_protected(tmp_path: Path, part: str) -> None:
    """Also what is not sent itself: by it the time and the age are known."""
    path = tmp_path / "outbox"
    filled(path)
    values = {"payload": "'{}'", "state": "'{}'", "boot_id": "'another'"}
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE events SET {part} = {values.get(part, 7.5)} WHERE position = 3")  # noqa: S608 - constants
    with Outbox.open(path) as outbox:
        assert ids(outbox) == ["e0", "e1", "e3", "e4"]


def test_what_is_set_aside_is_private_and_bounded(tmp_path: Path) -> None:
    """A card that is failing does not fill up with copies, and the newest is among those that stay."""
    path = tmp_path / "outbox"
    for n in range(MOST_ASIDE + 2):
        path.unlink(missing_ok=True)
        filled(path)
        with path.open("r+b") as file:
            file.write(f"damage {n}".encode())
        Outbox.open(path).close()
    copies = asides(path)
    assert len(copies) == MOST_ASIDE
    assert {copy.stat().st_mode & 0o777 for copy in copies} == {0o600}
    assert any(copy.read_bytes().startswith(b"damage 4") for copy in copies)


def test_the_events_of_a_newer_version_are_sent_if_they_are_understood(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The checksum tells. The file is set aside for the Facet that knows the rest of it."""
    path = tmp_path / "outbox"
    filled(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with Outbox.open(path) as outbox:
        assert ids(outbox) == [f"e{n}" for n in range(5)]
        assert outbox.dropped == 0
    assert len(asides(path)) == 1
    assert "its schema has version 99, this Facet knows 3: a newer Facet wrote it" in caplog.text


@pytest.mark.parametrize(
    "schema",
    ["CREATE TABLE states (id INTEGER)", "CREATE TABLE events (event_id TEXT, event_data TEXT)"],
)
def test_the_database_of_another_program_is_not_touched(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, schema: str
) -> None:
    """It is set aside as it is, also if it has a table of the same name."""
    path = tmp_path / "outbox"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(schema)
    with Outbox.open(path) as outbox:
        outbox.append(event("e1"))
        assert ids(outbox) == ["e1"]
    [aside] = asides(path)
    with closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT sql FROM sqlite_master").fetchall() == [(schema,)]
    assert "it is the database of another program" in caplog.text


def test_a_damaged_file_that_cannot_be_replaced_stays_and_is_sent_from_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On a full disk: what was read from it is sent, and the next start with room finds the file as it was."""
    path = tmp_path / "outbox"
    filled(path)
    flip_a_bit(path, b'{"event_id": "e2", "x": "xx')
    (tmp_path / "outbox.new").mkdir()
    with Outbox.open(path) as outbox:
        outbox.append(event("later"))
        assert ids(outbox) == ["e0", "e1", "e3", "e4", "later"]
    assert "Until the next start they and later ones wait in memory" in caplog.text
    (tmp_path / "outbox.new").rmdir()
    with Outbox.open(path) as outbox:
        assert ids(outbox) == ["e0", "e1", "e3", "e4"]


@pytest.mark.parametrize("name", ["outbox", "outbox-wal", "outbox-shm"])
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_does_not_keep_the_node_from_starting(
    tmp_path: Path, name: str, kind: str
) -> None:
    """It is moved out of the way, or nobody asks for it; nobody waits for a pipe's other end."""
    path = tmp_path / "outbox"
    filled(path)
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name) if kind == "pipe" else (tmp_path / name).mkdir()
    with Outbox.open(path) as outbox:
        outbox.append(event("later"))
        waiting = [] if name == "outbox" else [f"e{n}" for n in range(5)]
        assert ids(outbox) == [*waiting, "later"]
    with Outbox.open(path) as outbox:
        assert ids(outbox) == [*waiting, "later"]


def test_damage_that_comes_while_the_node_runs_costs_what_is_damaged(tmp_path: Path) -> None:
    """The file is replaced as at a start, and the node goes on."""
    path = tmp_path / "outbox"
    # More than SQLite keeps in memory.
    filled(path, number=120, size=40_000)
    with Outbox.open(path) as outbox:
        flip_a_bit(path, b"end of e2")
        everything = outbox.pending_ids()
        assert len(everything) == 120
        assert [found.event_id for found in outbox.read(["e1", "e2", "e3"])] == ["e1", "e3"]
        assert len(outbox) == 119
        assert outbox.dropped == 1
        outbox.append(event("later"))
        assert ids(outbox) == [*(i for i in everything if i != "e2"), "later"]


def test_a_disk_that_fails_once_while_damage_is_mended_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next call, not at the next start."""
    path = tmp_path / "outbox"
    # More than SQLite keeps in memory.
    filled(path, number=120, size=40_000)

    def fail(_path: Path) -> sqlite3.Connection:
        message = "disk I/O error"
        raise sqlite3.OperationalError(message)

    with Outbox.open(path) as outbox:
        flip_a_bit(path, b"end of e2")
        with monkeypatch.context() as patch:
            patch.setattr(outbox_file, "connect", fail)
            for _ in range(2):
                with pytest.raises(OutboxError, match="disk I/O error"):
                    outbox.read(["e1", "e2", "e3"])
        assert [found.event_id for found in outbox.read(["e1", "e2", "e3"])] == ["e1", "e3"]
        outbox.append(event("later"))
        assert outbox.dropped == 1
    with Outbox.open(path) as outbox:
        assert len(outbox) == 120
        assert outbox.newest() == event("later")


def test_what_the_disk_cannot_read_costs_no_more_than_that(tmp_path: Path) -> None:
    """A worn card returns errors: the rest moves to a new file, elsewhere on it."""
    path = tmp_path / "outbox"
    filled(path, number=30, size=1000)

    def pread(descriptor: int, size: int, at: int) -> bytes:
        if at // 4096 == 4:
            raise OSError(errno.EIO, "Input/output error")
        return os.pread(descriptor, size, at)

    with closing(open_database(path, pread).database) as database:
        left = [
            event_id
            for (event_id,) in database.execute("SELECT event_id FROM events ORDER BY position")
        ]
    assert 20 <= len(left) < 30
    assert left == [f"e{n}" for n in range(30) if f"e{n}" in left]
    assert len(asides(path)) == 1


def test_what_was_delivered_is_overwritten(tmp_path: Path) -> None:
    """It is about people; and nothing that is read from a damaged file may take it for what waits."""
    path = tmp_path / "outbox"
    with Outbox.open(path) as outbox:
        for n in range(20):
            payload = json.dumps({"event_id": f"e{n}", "x": f"secret{n}" * 600})
            outbox.append(Event(f"e{n}", THEN, payload))
        outbox.delivered(*(f"e{n}" for n in range(19)))
    assert b"secret3" not in path.read_bytes()
    assert b"secret19" in path.read_bytes()


def test_the_state_of_what_waits_is_taken_from_a_whole_event(tmp_path: Path) -> None:
    """The newest event is the damaged one: the one before it is the newest."""
    path = tmp_path / "outbox"
    filled(path)
    flip_a_bit(path, b'{"event_id": "e4", "x": "xx')
    with Outbox.open(path) as outbox:
        newest = outbox.newest()
        assert newest is not None
        assert newest.event_id == "e3"
