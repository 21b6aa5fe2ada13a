"""A batch is confirmed when it is stored, and whatever fails is tried again, ever more slowly."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from device.errors import DatabaseError, LinkError
from device.store.consumer import Consumer
from device.store.message import Message
from device.store.writer import Written


class Rig:
    """A broker, a database and a clock that keep a record; each failure happens once.

    Attributes:
        failures: by the name of the step, which raises them one after the other.
    """

    def __init__(self, *batches: str, **failures: list[Exception]) -> None:
        self.log: list[str] = []
        self.failures = {step: deque(errors) for step, errors in failures.items()}
        self._batches = batches
        self._waiting: deque[str] = deque(batches)
        self._now = 0.0
        self._confirmed = 0
        self._later: dict[str, tuple[str, Exception]] = {}

    def fails_after(self, batch: str, step: str, error: Exception) -> None:
        """Let a step fail once a batch is confirmed."""
        self._later[batch] = step, error

    def run(self) -> list[str]:
        """Let a consumer work until all batches are confirmed; return what it did."""
        Consumer(
            self._store,
            self._source,
            wait=self._wait,
            clock=lambda: self._now,
            jitter=lambda: 0.0,
        ).run()
        return self.log

    def write(self, messages: list[Message]) -> Written:
        """Store, as a database."""
        self._step("write")
        self.log.append(f"stored {messages[0].topic}")
        return Written(stored=len(messages))

    def receive(self, most: int) -> Sequence[Message]:
        """Hand over a batch, as a broker."""
        self._step("receive")
        assert most == 500
        return [Message(self._waiting.popleft(), b"", 1)] if self._waiting else []

    def confirm(self, messages: Sequence[Message]) -> None:
        """Forget a batch, as a broker."""
        self._step("confirm")
        self.log.append(f"confirmed {messages[0].topic}")
        self._confirmed += 1
        if messages[0].topic in self._later:
            step, error = self._later.pop(messages[0].topic)
            self.failures[step] = deque([error])

    @contextmanager
    def _store(self) -> Iterator[Rig]:
        self._step("database")
        yield self
        self.log.append("left the database")

    @contextmanager
    def _source(self) -> Iterator[Rig]:
        self._step("broker")
        # What was not confirmed comes again.
        self._waiting = deque(self._batches[self._confirmed :])
        yield self

    def _wait(self, seconds: float) -> bool:
        self._now += seconds
        if seconds:
            self.log.append(f"waited {seconds:g} s")
        return self._confirmed == len(self._batches)

    def _step(self, name: str) -> None:
        if self.failures.get(name):
            raise self.failures[name].popleft()


def test_a_batch_is_confirmed_after_it_is_stored() -> None:
    """One after the other."""
    log = Rig("a", "b").run()
    assert log[:4] == ["stored a", "confirmed a", "stored b", "confirmed b"]


def test_what_is_not_stored_is_not_confirmed_and_comes_again() -> None:
    """The connection with the broker is given up as well, so that it hands over the batch again."""
    log = Rig("a", write=[DatabaseError("full")]).run()
    assert log[:3] == ["waited 2 s", "stored a", "confirmed a"]


def test_what_is_stored_and_not_confirmed_is_stored_again() -> None:
    """The table knows it by its event_id."""
    log = Rig("a", confirm=[LinkError("gone")]).run()
    assert log[:4] == ["stored a", "waited 2 s", "stored a", "confirmed a"]


@pytest.mark.parametrize("step", ["database", "broker", "receive"])
def test_whatever_is_away_is_awaited_ever_longer(
    step: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Up to a minute; the log says why."""
    errors: list[Exception] = [LinkError(f"failure {number}") for number in range(8)]
    log = Rig("a", **{step: errors}).run()
    assert [line for line in log if line.startswith("waited")] == [
        f"waited {seconds} s" for seconds in (2, 4, 8, 16, 32, 60, 60, 60)
    ]
    assert "failure 7; attempt 9 in 60 s" in caplog.text


def test_after_a_success_the_waiting_begins_from_the_start() -> None:
    """An outage of long ago does not make the next one longer."""
    log = Rig("a", "b", confirm=[LinkError("1")], write=[DatabaseError("2")]).run()
    assert [line for line in log if line.startswith("waited")] == ["waited 2 s", "waited 4 s"]
    rig = Rig("a", "b", broker=[LinkError("1"), LinkError("2")])
    rig.fails_after("a", "receive", LinkError("3"))
    assert [line for line in rig.run() if line.startswith("waited")] == [
        "waited 2 s",
        "waited 4 s",
        "waited 2 s",
    ]
