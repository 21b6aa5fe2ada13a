"""The outbox's file: one process has it, it gives its room back, and it holds the state that follows from an event."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from device.errors import OutboxInUseError
from device.mqtt.outbox import IN_MEMORY, Event, Outbox
from device.mqtt.sender import OutboxSender
from device.system.clock import Reading
from tests.mqtt.events import send
from tests.transport import RecordingTransport

THEN = datetime(2026, 11, 24, 18, 2, 11, tzinfo=UTC)


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """Two nodes on one file would send each other's events."""
    path = tmp_path / "outbox"
    program = (
        "import pathlib, sys; from device.mqtt.outbox import Outbox\n"
        "outbox = Outbox.open(pathlib.Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(OutboxInUseError, match=r"another `facet run`\? Stop that one"):
            Outbox.open(path)
        other.kill()
    with Outbox.open(path) as outbox:
        assert len(outbox) == 0


def test_a_second_process_is_refused_also_while_a_log_is_being_written(tmp_path: Path) -> None:
    """A log that ends within a frame is no damage then, and nothing is replaced under the first one's hands."""
    path = tmp_path / "outbox"
    program = (
        "import pathlib, sys; from datetime import UTC, datetime; from device.mqtt.outbox import Event, Outbox\n"
        "outbox = Outbox.open(pathlib.Path(sys.argv[1])); outbox.append(Event('e1', datetime.now(UTC), '{}'))\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with path.with_name("outbox-wal").open("ab") as log:
            log.write(b"half a frame")
        with pytest.raises(OutboxInUseError, match="another process"):
            Outbox.open(path)
        other.kill()
    with Outbox.open(path) as outbox:
        assert outbox.pending_ids() == ["e1"]


def test_it_needs_no_shared_memory(tmp_path: Path) -> None:
    """On a full disk SQLite's shared memory would end the process with SIGBUS."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        outbox.append(Event("e1", THEN, "{}"))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["outbox", "outbox-wal"]


def test_an_emptied_outbox_gives_its_room_back(tmp_path: Path) -> None:
    """After an outage the file is as small as before it."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        for number in range(300):
            outbox.append(Event(f"e{number}", THEN, "x" * 5000))
        assert _bytes_in(tmp_path) > 1_500_000
        outbox.delivered(*(f"e{number}" for number in range(300)))
        assert _bytes_in(tmp_path) < 100_000


def test_the_newest_event_brings_its_state_with_it(tmp_path: Path) -> None:
    """Committed with the event: a kill cannot come between the two."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender = OutboxSender(RecordingTransport(), "facet/hall/event", outbox, _read_clock)
        assert sender.newest() is None
        send(sender, Event("e1", THEN, "{}", '{"face_count":1}'))
        send(sender, Event("e2", THEN, "{}", '{"face_count":2}'))
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender = OutboxSender(RecordingTransport(), "facet/hall/event", outbox, _read_clock)
        newest = sender.newest()
        assert newest is not None
        assert newest.state == '{"face_count":2}'


def test_an_outbox_in_memory_keeps_events_without_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a disk that cannot be used at all."""
    monkeypatch.chdir(tmp_path)
    with Outbox.open(IN_MEMORY) as outbox:
        outbox.append(Event("e1", THEN, "{}"))
        assert len(outbox) == 1
        outbox.delivered("e1")
    assert not list(tmp_path.iterdir())


def _read_clock() -> Reading:
    return Reading(THEN, "this boot", 5000.0)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
