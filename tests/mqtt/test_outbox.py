"""The outbox keeps events in order until they were delivered."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device.errors import OutboxError
from device.mqtt.outbox import MAX_AGE, Outbox
from device.mqtt.waiting_event import Event, Uptime
from tests.mqtt.events import THEN, event, ids


def test_events_come_back_in_their_order_after_a_restart(tmp_path: Path) -> None:
    """Whoever opens the file again finds all of them, as they were."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        for number in range(12):
            outbox.append(event(f"e{number}", f'{{"n":{number}}}'))
    with Outbox.open(tmp_path / "outbox") as outbox:
        assert outbox.read(outbox.pending_ids()) == [
            event(f"e{n}", f'{{"n":{n}}}') for n in range(12)
        ]
        assert len(outbox) == 12


def test_an_event_survives_a_killed_process(tmp_path: Path) -> None:
    """append() returns when the event is on disk: SIGKILL right after it loses nothing."""
    program = (
        "import os, pathlib, signal, sys; from device.mqtt.outbox import Outbox\n"
        "from datetime import datetime; from device.mqtt.outbox import Event\n"
        "event = Event('e1', datetime.now(), '{}')\n"
        "Outbox.open(pathlib.Path(sys.argv[1])).append(event); os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "outbox"
    subprocess.run([sys.executable, "-c", program, path], check=False)
    with Outbox.open(path) as outbox:
        assert ids(outbox) == ["e1"]


def test_a_delivered_event_is_forgotten(tmp_path: Path) -> None:
    """Once; a second confirmation, or one of a stranger, changes nothing."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        outbox.append(event("e1"))
        outbox.append(event("e2"))
        for event_id in ("e1", "e1", "stranger"):
            outbox.delivered(event_id)
        assert ids(outbox) == ["e2"]


def test_events_leave_together_or_not_at_all(tmp_path: Path) -> None:
    """In one transaction, of which a disk that fails undoes everything."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        for number in range(4):
            outbox.append(event(f"e{number}"))
        outbox.delivered("e0", "e2", "stranger")
        assert ids(outbox) == ["e1", "e3"]
        assert len(outbox) == 2


def test_only_what_is_pending_is_read(tmp_path: Path) -> None:
    """In the order in which it was put there, whatever the order of the question."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        for number in range(3):
            outbox.append(event(f"e{number}"))
        assert outbox.read(["e2", "stranger", "e0"]) == [event("e0"), event("e2")]


def test_the_newest_is_read_without_the_others(tmp_path: Path) -> None:
    """Of what waits; an empty one is not an error."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        assert outbox.newest() is None
        for number in range(3):
            outbox.append(event(f"e{number}"))
        assert outbox.newest() == event("e2")
        outbox.delivered("e2")
        assert outbox.newest() == event("e1")


def test_an_event_that_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    """The same id is the same event."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        outbox.append(event("e1", "first"))
        outbox.append(event("e1", "second"))
        assert outbox.read(["e1"]) == [event("e1", "first")]


def test_a_full_outbox_drops_the_oldest_and_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The newest events matter most; what is lost is logged."""
    with Outbox.open(tmp_path / "outbox", capacity=3) as outbox:
        for number in range(5):
            outbox.append(event(f"e{number}"))
        assert ids(outbox) == ["e2", "e3", "e4"]
        assert outbox.dropped == 2
    assert (
        "1 events were dropped, for it keeps 3 and none older than 30 days; 2 since the start"
        in caplog.text
    )


@pytest.mark.parametrize(
    "damage",
    [
        b"this is not a database" * 100,  # another file altogether
        None,  # a database whose pages are overwritten
    ],
    ids=["not a database", "torn pages"],
)
def test_a_damaged_file_is_kept_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes | None
) -> None:
    """The node starts with an empty outbox, the log reports it, and the file is still there."""
    path = tmp_path / "outbox"
    with Outbox.open(path) as outbox:
        for number in range(200):
            outbox.append(event(f"e{number}", "x" * 500))
    content = path.read_bytes()
    path.write_bytes(damage or content[:4096] + b"\xa5" * (len(content) - 4096))
    with Outbox.open(path) as outbox:
        assert len(outbox) == 0
        outbox.append(event("new"))
        assert ids(outbox) == ["new"]
    assert len(list(tmp_path.glob("outbox.damaged-*"))) == 1
    assert "cannot be used" in caplog.text


def test_the_file_of_another_version_is_kept_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A schema that this Facet does not know is not touched."""
    path = tmp_path / "outbox"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with Outbox.open(path) as outbox:
        assert len(outbox) == 0
    assert "its schema has version 99" in caplog.text


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error says which setting to change."""
    with pytest.raises(OutboxError, match=r"missing/outbox: .*node\.state_directory"):
        Outbox.open(tmp_path / "missing" / "outbox")


def test_a_closed_outbox_says_so_in_its_own_words(tmp_path: Path) -> None:
    """No error of SQLite leaves the module."""
    outbox = Outbox.open(tmp_path / "outbox")
    outbox.close()
    for use in (
        outbox.pending_ids,
        lambda: outbox.read(["e1"]),
        outbox.newest,
        lambda: outbox.append(event("e1")),
        lambda: outbox.delivered("e1"),
    ):
        with pytest.raises(OutboxError):
            use()


def test_events_of_a_month_ago_are_dropped_and_counted(tmp_path: Path) -> None:
    """When a new one comes: it may need the room."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        outbox.append(event("old", occurred_at=THEN - MAX_AGE - timedelta(seconds=1)))
        outbox.append(event("young", occurred_at=THEN - MAX_AGE + timedelta(seconds=1)))
        outbox.append(event("new"))
        assert ids(outbox) == ["young", "new"]
        assert outbox.dropped == 1


@pytest.mark.parametrize("set_by", [0, 400, -400], ids=["not at all", "forwards", "back"])
def test_within_one_boot_the_seconds_tell_the_age_however_the_clock_was_set(
    tmp_path: Path, set_by: int
) -> None:
    """Only what is a month old is dropped."""

    def of_this_boot(event_id: str, age: timedelta, shown: timedelta) -> Event:
        uptime = Uptime("this boot", 1e7 - age.total_seconds())
        return Event(event_id, THEN - shown, "{}", None, uptime, is_clock_set=True)

    with Outbox.open(tmp_path / "outbox") as outbox:
        step = timedelta(days=set_by)
        for event_id, age in (("old", MAX_AGE * 1.01), ("young", MAX_AGE * 0.99)):
            outbox.append(of_this_boot(event_id, age, age + step))
        outbox.append(of_this_boot("new", timedelta(), timedelta()))
        assert ids(outbox) == ["young", "new"]


@pytest.mark.parametrize(
    ("then", "now"), [(False, True), (True, False), (None, False)], ids=["then", "now", "at all"]
)
def test_across_a_restart_of_the_machine_a_clock_in_doubt_makes_nothing_too_old(
    tmp_path: Path, then: bool | None, now: bool
) -> None:
    """Nobody had set it then, or nobody has set it yet; an event that is really old goes once that is known."""

    def append(
        outbox: Outbox, event_id: str, *, boot: str, at: datetime, is_set: bool | None
    ) -> None:
        outbox.append(Event(event_id, at, "{}", None, Uptime(boot, 20.0), is_set))

    with Outbox.open(tmp_path / "outbox") as outbox:
        append(outbox, "old", boot="the last one", at=THEN - MAX_AGE * 2, is_set=then)
        append(outbox, "new", boot="this one", at=THEN, is_set=now)
        assert ids(outbox) == ["old", "new"]
        append(outbox, "newest", boot="this one", at=THEN, is_set=True)
        assert ids(outbox) == (["old"] if then is False else []) + ["new", "newest"]


def test_the_events_of_an_older_version_are_taken_over(tmp_path: Path) -> None:
    """The first version's table knew no times; its events are not lost for that."""
    path = tmp_path / "outbox"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, "
            "event_id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL)"
        )
        database.execute("INSERT INTO events (event_id, payload) VALUES ('e1', '{}')")
        database.execute("PRAGMA user_version = 1")
    with Outbox.open(path) as outbox:
        outbox.append(event("e2", occurred_at=datetime.now(UTC)))
        assert ids(outbox) == ["e1", "e2"]
