"""How much the sender has on the way, and how often what was confirmed leaves the disk."""

from __future__ import annotations

from pathlib import Path

from device.mqtt.outbox import IN_MEMORY, Outbox
from tests.mqtt.events import event, ids, send, sender_of, sent
from tests.transport import RecordingTransport


class CountingOutbox(Outbox):
    """Counts the transactions that remove events."""

    removals = 0

    def delivered(self, *event_ids: str) -> None:
        """Count one."""
        self.removals += 1
        super().delivered(*event_ids)


def test_a_thousand_confirmations_are_a_few_transactions() -> None:
    """Each transaction is a sync of the memory card; one for each event would take minutes."""
    link = RecordingTransport()
    with CountingOutbox.open(IN_MEMORY) as outbox:
        for number in range(1000):
            outbox.append(event(f"e{number}"))
        sender = sender_of(link, outbox)
        sender.resume()
        for number in range(1, 1001):
            sender.delivered(number)
        sender.flush()
        assert outbox.removals <= 11
        assert sender.waiting == len(outbox) == 0


def test_what_was_confirmed_before_a_kill_is_at_most_sent_again(tmp_path: Path) -> None:
    """Between the confirmation and its transaction the process may end: the same id goes out once more."""
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender = sender_of(RecordingTransport(), outbox)
        sender.resume()
        send(sender, event("e1"))
        sender.delivered(1)
        assert sender.waiting == 0
    link = RecordingTransport()
    with Outbox.open(tmp_path / "outbox") as outbox:
        sender_of(link, outbox).resume()
        assert sent(link) == ["e1"]


def test_a_flush_without_confirmations_leaves_the_disk_alone() -> None:
    """It is called each second."""
    with CountingOutbox.open(IN_MEMORY) as outbox:
        sender = sender_of(RecordingTransport(), outbox)
        send(sender, event("e1"))
        sender.flush()
        assert outbox.removals == 0


def test_a_broker_that_confirms_nothing_gets_no_more_than_fifty() -> None:
    """The others wait on disk, and follow in their order as soon as it confirms."""
    link = RecordingTransport()
    with Outbox.open(IN_MEMORY) as outbox:
        for number in range(300):
            outbox.append(event(f"e{number}"))
        sender = sender_of(link, outbox)
        sender.resume()
        for number in range(300, 400):
            send(sender, event(f"e{number}"))
        assert len(link.messages) == 50
        for number in range(1, 401):
            sender.delivered(number)
            assert len(link.messages) == min(50 + number, 400)
    assert sent(link) == [f"e{number}" for number in range(400)]


def test_refused_events_make_room_for_the_next() -> None:
    """Fifty that the broker does not want must not hold up what it would take."""
    link = RecordingTransport()
    with Outbox.open(IN_MEMORY) as outbox:
        for number in range(60):
            outbox.append(event(f"e{number}"))
        sender = sender_of(link, outbox)
        sender.resume()
        for number in range(1, 51):
            sender.refused(number)
        assert sent(link) == [f"e{number}" for number in range(60)]
        assert sender.waiting == 60


def test_a_full_outbox_drops_nothing_while_confirmed_events_take_its_room() -> None:
    """They leave first, although they have not been flushed."""
    with Outbox.open(IN_MEMORY, capacity=3) as outbox:
        sender = sender_of(RecordingTransport(), outbox)
        sender.resume()
        for number in range(3):
            send(sender, event(f"e{number}"))
        sender.delivered(2)
        send(sender, event("e3"))
        assert ids(outbox) == ["e0", "e2", "e3"]
        assert sender.dropped == 0
