"""From a broker into the database until it is stopped: a batch is stored, and only then confirmed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from device.errors import DatabaseError, LinkError
from device.store.message import Message
from device.store.source import OpenSource, Source
from device.store.writer import Written
from device.system.backoff import backoff

_LOG = logging.getLogger(__name__)

MOST_ROWS = 500
"""Rows of one commit; docs/store.md has what more or fewer bring."""

_REPORT_SECONDS = 60.0


class Store(Protocol):
    """Stores a batch; see Writer."""

    def write(self, messages: list[Message]) -> Written:
        """Return what became of the messages, which are now on the disk.

        Raises:
            DatabaseError: nothing of it was stored.
        """


class Consumer:
    """Takes batch after batch. Whatever fails, both connections are closed, and opened again after a pause.

    So nothing is confirmed that is not stored, and what was stored and not confirmed comes again, and is found by its
    event_id. While the database is away, messages wait in the broker.

    Args:
        open_store: connects with the database.
        open_source: connects with the broker, once the database is there.
        wait: sleeps for some seconds, or until it is stopped; returns whether it is.
        clock: monotonic, in seconds.
        jitter: draws 0..1.
    """

    def __init__(
        self,
        open_store: Callable[[], AbstractContextManager[Store]],
        open_source: OpenSource,
        *,
        wait: Callable[[float], bool],
        clock: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        self._open_store = open_store
        self._open_source = open_source
        self._wait = wait
        self._clock = clock
        self._jitter = jitter
        self._written = Written()
        self._reported_at = clock()
        self._failures = 0

    def run(self) -> None:
        """Work until `wait` says that it is stopped."""
        while not self._wait(0):
            try:
                with self._open_store() as store, self._open_source() as source:
                    _LOG.info("Connected with the database and the broker")
                    self._work(store, source)
            except (DatabaseError, LinkError) as error:
                self._failures += 1
                delay = backoff(self._failures, self._jitter())
                _LOG.warning("%s; attempt %d in %.0f s", error, self._failures + 1, delay)
                self._wait(delay)
        self._report()

    def _work(self, store: Store, source: Source) -> None:
        while not self._wait(0):
            messages = list(source.receive(MOST_ROWS))
            if messages:
                written = store.write(messages)
                source.confirm(messages)
                self._written += written
                if written.set_aside:
                    _LOG.warning(
                        "%d of %d messages are dead letters; facet.dead_letter says why",
                        written.set_aside,
                        len(messages),
                    )
            self._failures = 0
            if self._clock() - self._reported_at >= _REPORT_SECONDS:
                self._report()

    def _report(self) -> None:
        now = self._clock()
        if self._written != Written():
            _LOG.info(
                "In %.0f s: %d observations stored, %d had been before, %d dead letters",
                now - self._reported_at,
                self._written.stored,
                self._written.repeated,
                self._written.set_aside,
            )
        self._written, self._reported_at = Written(), now
