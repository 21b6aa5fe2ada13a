"""The sender empties the outbox, and loses nothing on the way."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from device.errors import OutboxError
from device.mqtt.outbox import Event, Outbox
from device.mqtt.sender import OutboxSender
from device.system.clock import Reading
from tests.mqtt.events import NOW, TOPIC, connected, event, ids, send, sender_of, sent
from tests.transport import RecordingTransport


class RefusingOutbox(Outbox):
    """On a disk that is full while `is_full`."""

    is_full = False

    def append(self, event: Event) -> None:
        """Refuse as SQLite would."""
        self._refuse()
        super().append(event)

    def delivered(self, *event_ids: str) -> None:
        """Refuse too: SQLite needs room to delete."""
        self._refuse()
        super().delivered(*event_ids)

    def _refuse(self) -> None:
        if self.is_full:
            message = "database or disk is full"
            raise OutboxError(message)


def test_an_event_waits_while_there_is_no_connection(tmp_path: Path) -> None:
    """Before the first connection nothing is published, and nothing is lost."""
    link = RecordingTransport()
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender = sender_of(link, outbox)
        send(sender, event("e1"))
        assert link.messages == []
        sender.resume()
        send(sender, event("e2"))
        assert sent(link) == ["e1", "e2"]
        assert {(topic, retain) for topic, _, retain in link.messages} == {(TOPIC, False)}
        assert len(outbox) == 2


def test_an_event_that_is_sent_at_once_is_told_from_one_that_waits(tmp_path: Path) -> None:
    """For want of a connection, because it broke unnoticed, or because too many are on the way."""
    link = RecordingTransport()
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender = sender_of(link, outbox)
        assert not send(sender, event("e1"))
        sender.resume()
        assert send(sender, event("e2"))
        link.is_down = True
        assert not send(sender, event("e3"))
        link.is_down = False
        sender.resume()
        numbers = iter(range(4, 1000))
        while send(sender, event(f"e{next(numbers)}")):
            pass
        assert len(sent(link)) < 100


def test_an_event_is_forgotten_when_the_broker_has_it(tmp_path: Path) -> None:
    """Not before, and only the one that was confirmed."""
    with connected(tmp_path) as (_link, sender, outbox):
        send(sender, event("e1"))
        send(sender, event("e2"))
        sender.delivered(2)
        sender.delivered(77)
        sender.flush()
        assert ids(outbox) == ["e1"]


def test_what_was_not_confirmed_is_sent_again_in_order(tmp_path: Path) -> None:
    """After an outage, older events go before newer ones."""
    with connected(tmp_path) as (link, sender, _outbox):
        send(sender, event("e1"))
        sender.pause()
        send(sender, event("e2"))
        sender.resume()
        assert sent(link) == ["e1", "e1", "e2"]


def test_a_connection_that_breaks_while_sending_loses_nothing(tmp_path: Path) -> None:
    """The link may be down before it reports that."""
    with connected(tmp_path) as (link, sender, _outbox):
        link.is_down = True
        send(sender, event("e1"))
        link.is_down = False
        send(sender, event("e2"))
        assert link.messages == []
        sender.resume()
        assert sent(link) == ["e1", "e2"]


def test_a_refused_event_stays(tmp_path: Path) -> None:
    """An ACL can be corrected; until then the event waits."""
    with connected(tmp_path) as (_link, sender, outbox):
        send(sender, event("e1"))
        sender.refused(1)
        sender.delivered(1)
        sender.flush()
        assert ids(outbox) == ["e1"]


def test_an_event_that_is_refused_for_now_is_sent_again_less_and_less_often(tmp_path: Path) -> None:
    """A broker whose member has just died takes it seconds later; one that is full for long is not flooded."""
    link, uptime = RecordingTransport(), 0.0
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender = OutboxSender(link, TOPIC, outbox, lambda: Reading(NOW, "this boot", uptime))
        sender.resume()
        send(sender, event("e1"))
        for number, seconds in ((1, 10.0), (2, 20.0), (3, 40.0)):
            sender.refused(number, is_for_now=True)
            uptime += seconds - 1
            sender.retry()
            assert len(link.messages) == number
            uptime += 1
            sender.retry()
            assert len(link.messages) == number + 1
        assert sent(link) == ["e1"] * 4


def test_a_disk_that_refuses_does_not_stop_an_event(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is published all the same, and the log names the disk."""
    link = RecordingTransport()
    outbox = Outbox.open(tmp_path / "outbox")
    sender = sender_of(link, outbox)
    sender.resume()
    outbox.close()
    send(sender, event("e1"))
    sender.delivered(1)
    sender.flush()
    sender.resume()
    assert sent(link) == ["e1"]
    assert "node.state_directory" in caplog.text


def test_an_event_says_when_it_occurred_and_when_it_was_sent(tmp_path: Path) -> None:
    """What waited for the broker can be told from what has just happened."""
    with connected(tmp_path) as (link, sender, _outbox):
        send(sender, event("e1"))
    [(_, payload, _)] = link.messages
    assert json.loads(payload) == {
        "event_id": "e1",
        "occurred_at": "2026-11-24T18:02:11.000+00:00",
        "delivered_at": "2026-11-24T19:00:00.000+00:00",
        "waited": 3469.0,
        "time_uncertain": False,
        "repeated": False,
    }


def test_a_full_disk_and_no_broker_lose_nothing(tmp_path: Path) -> None:
    """Events wait in memory, in their order, and go to disk as soon as there is room."""
    link = RecordingTransport()
    with RefusingOutbox.open(tmp_path / "outbox") as outbox:
        sender = sender_of(link, outbox)
        send(sender, event("e1"))
        outbox.is_full = True
        send(sender, event("e2"))
        send(sender, event("e3"))
        assert sender.waiting == 3
        outbox.is_full = False
        send(sender, event("e4"))
        assert ids(outbox) == ["e1", "e2", "e3", "e4"]
        sender.resume()
        assert sent(link) == ["e1", "e2", "e3", "e4"]


def test_a_full_disk_for_long_drops_the_oldest_and_counts(tmp_path: Path) -> None:
    """Memory is bounded as the disk is."""
    with RefusingOutbox.open(tmp_path / "outbox") as outbox:
        sender = sender_of(RecordingTransport(), outbox)
        outbox.is_full = True
        for number in range(103):
            send(sender, event(f"e{number}"))
        assert sender.waiting == 100
        assert sender.dropped == 3


def test_a_confirmed_event_that_the_disk_keeps_is_not_sent_again(tmp_path: Path) -> None:
    """It is forgotten when there is room again."""
    link = RecordingTransport()
    with RefusingOutbox.open(tmp_path / "outbox") as outbox:
        sender = sender_of(link, outbox)
        sender.resume()
        send(sender, event("e1"))
        outbox.is_full = True
        sender.delivered(1)
        sender.flush()
        assert sender.waiting == 0
        sender.resume()
        assert sent(link) == ["e1"]
        outbox.is_full = False
        send(sender, event("e2"))
        sender.flush()
        assert ids(outbox) == ["e2"]


def test_what_is_held_waits_on_disk_although_there_is_a_connection(tmp_path: Path) -> None:
    """Until it is released, in its order; what was sent before that is confirmed meanwhile."""
    with connected(tmp_path) as (link, sender, _outbox):
        send(sender, event("e1"))
        sender.hold()
        send(sender, event("e2"))
        send(sender, event("e3"))
        sender.delivered(1)
        sender.resume()
        assert sent(link) == ["e1"]
        sender.release()
        assert sent(link) == ["e1", "e2", "e3"]


def test_what_nobody_received_is_sent_again(tmp_path: Path) -> None:
    """The broker has confirmed it, and had nobody to hand it to; it stays first."""
    with connected(tmp_path) as (link, sender, _outbox):
        send(sender, event("e1"))
        sender.hold()
        sender.undelivered(1)
        send(sender, event("e2"))
        sender.release()
        assert sent(link) == ["e1", "e1", "e2"]
        assert [json.loads(payload)["repeated"] for _, payload, _ in link.messages] == [False] * 3


def test_what_is_taken_back_is_sent_again_and_says_so(tmp_path: Path) -> None:
    """Whether it was confirmed or not, and has left the disk or not; but only what was sent lately."""
    with connected(tmp_path) as (link, sender, outbox):
        for event_id in ("e1", "e2", "e3"):
            send(sender, event(event_id))
        sender.delivered(1)
        sender.flush()
        sender.delivered(2)
        sender.hold()
        sender.take_back(timedelta(seconds=10))
        sender.delivered(3)
        assert sorted(outbox.pending_ids()) == ["e1", "e2", "e3"]
        link.messages.clear()
        sender.release()
        assert sorted(sent(link)) == ["e1", "e2", "e3"]
        assert all(json.loads(payload)["repeated"] for _, payload, _ in link.messages)
        for number in (1, 2, 3):
            sender.delivered(number)
        sender.flush()
        assert outbox.pending_ids() == []
        sender.take_back(timedelta(seconds=-1))
        assert outbox.pending_ids() == []
