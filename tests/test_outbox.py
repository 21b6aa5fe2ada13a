"""The outbox keeps events in order until they were delivered; the courier empties it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from device.mqtt.courier import Courier
from device.mqtt.outbox import Outbox, OutboxError, Pending
from tests.publisher import RecordingPublisher

TOPIC = "facet/hall/event"


def ids(outbox: Outbox) -> list[str]:
    """The ids of what is pending."""
    return [event.event_id for event in outbox.pending()]


def test_events_come_back_in_their_order_after_a_restart(tmp_path: Path) -> None:
    """Whoever opens the file again finds all of them, as they were."""
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        for number in range(12):
            outbox.append(f"e{number}", f'{{"n":{number}}}')
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        assert outbox.pending() == [Pending(f"e{n}", f'{{"n":{n}}}') for n in range(12)]
        assert len(outbox) == 12


def test_an_event_survives_a_killed_process(tmp_path: Path) -> None:
    """append() returns when the event is on disk: SIGKILL right after it loses nothing."""
    program = (
        "import os, pathlib, signal, sys; from device.mqtt.outbox import Outbox\n"
        "Outbox(pathlib.Path(sys.argv[1])).append('e1', '{}'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "outbox"
    subprocess.run([sys.executable, "-c", program, path], check=False)
    with closing(Outbox(path)) as outbox:
        assert ids(outbox) == ["e1"]


def test_a_delivered_event_is_forgotten(tmp_path: Path) -> None:
    """Once; a second confirmation, or one of a stranger, changes nothing."""
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        outbox.append("e1", "{}")
        outbox.append("e2", "{}")
        for event_id in ("e1", "e1", "stranger"):
            outbox.delivered(event_id)
        assert ids(outbox) == ["e2"]


def test_an_event_that_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    """The same id is the same event."""
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        outbox.append("e1", "first")
        outbox.append("e1", "second")
        assert outbox.pending() == [Pending("e1", "first")]


def test_a_full_outbox_drops_the_oldest_and_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The newest events matter most; what is lost is said."""
    with closing(Outbox(tmp_path / "outbox", capacity=3)) as outbox:
        for number in range(5):
            outbox.append(f"e{number}", "{}")
        assert ids(outbox) == ["e2", "e3", "e4"]
        assert outbox.dropped == 2
    assert "the oldest of 3 events was dropped, 2 since the start" in caplog.text


@pytest.mark.parametrize(
    "damage",
    [
        b"this is no database" * 100,  # another file altogether
        None,  # a database whose pages are overwritten
    ],
    ids=["not a database", "torn pages"],
)
def test_a_damaged_file_is_kept_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes | None
) -> None:
    """The node starts with an empty outbox, the owner is told, and the file is still there."""
    path = tmp_path / "outbox"
    with closing(Outbox(path)) as outbox:
        for number in range(200):
            outbox.append(f"e{number}", "x" * 500)
    content = path.read_bytes()
    path.write_bytes(damage or content[:4096] + b"\xa5" * (len(content) - 4096))
    with closing(Outbox(path)) as outbox:
        assert len(outbox) == 0
        outbox.append("new", "{}")
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
    with closing(Outbox(path)) as outbox:
        assert len(outbox) == 0
    assert "its schema has version 99" in caplog.text


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error says which setting to change."""
    with pytest.raises(OutboxError, match=r"missing/outbox: .*node\.state_directory"):
        Outbox(tmp_path / "missing" / "outbox")


def test_a_closed_outbox_says_so_in_its_own_words(tmp_path: Path) -> None:
    """No error of SQLite leaves the module."""
    outbox = Outbox(tmp_path / "outbox")
    outbox.close()
    for use in (outbox.pending, lambda: outbox.append("e1", "{}"), lambda: outbox.delivered("e1")):
        with pytest.raises(OutboxError):
            use()


def test_an_event_waits_while_there_is_no_connection(tmp_path: Path) -> None:
    """Before the first connection nothing is published, and nothing is lost."""
    link = RecordingPublisher()
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        courier = Courier(link, TOPIC, outbox)
        courier.send("e1", "1")
        assert link.messages == []
        courier.resume()
        courier.send("e2", "2")
        assert link.messages == [(TOPIC, "1", False), (TOPIC, "2", False)]
        assert len(outbox) == 2


def test_an_event_is_forgotten_when_the_broker_has_it(tmp_path: Path) -> None:
    """Not before, and only the one that was confirmed."""
    link = RecordingPublisher()
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        courier = Courier(link, TOPIC, outbox)
        courier.resume()
        courier.send("e1", "1")
        courier.send("e2", "2")
        courier.delivered(2)
        courier.delivered(77)
        assert ids(outbox) == ["e1"]


def test_what_was_not_confirmed_is_sent_again_in_order(tmp_path: Path) -> None:
    """After an outage, older events go before newer ones."""
    link = RecordingPublisher()
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        courier = Courier(link, TOPIC, outbox)
        courier.resume()
        courier.send("e1", "1")
        courier.pause()
        courier.send("e2", "2")
        courier.resume()
        assert [payload for _, payload, _ in link.messages] == ["1", "1", "2"]


def test_a_connection_that_breaks_while_sending_loses_nothing(tmp_path: Path) -> None:
    """The link may be down before it says so."""
    link = RecordingPublisher()
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        courier = Courier(link, TOPIC, outbox)
        courier.resume()
        link.is_down = True
        courier.send("e1", "1")
        link.is_down = False
        courier.send("e2", "2")
        assert link.messages == []
        courier.resume()
        assert [payload for _, payload, _ in link.messages] == ["1", "2"]


def test_a_refused_event_stays(tmp_path: Path) -> None:
    """An ACL can be corrected; until then the event waits."""
    link = RecordingPublisher()
    with closing(Outbox(tmp_path / "outbox")) as outbox:
        courier = Courier(link, TOPIC, outbox)
        courier.resume()
        courier.send("e1", "1")
        courier.refused(1)
        courier.delivered(1)
        assert ids(outbox) == ["e1"]


def test_a_disk_that_refuses_does_not_stop_an_event(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is published all the same, and the owner hears about the disk."""
    link = RecordingPublisher()
    outbox = Outbox(tmp_path / "outbox")
    courier = Courier(link, TOPIC, outbox)
    courier.resume()
    outbox.close()
    courier.send("e1", "1")
    courier.delivered(1)
    courier.resume()
    assert link.messages == [(TOPIC, "1", False)]
    assert "node.state_directory" in caplog.text
