"""The state document: what the newest observation says, until what was seen is over."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from device.entities.documents import STATE, blank_state, ended_state, rows_of, state_content
from device.entities.kinds import Json, Row
from device.entities.outcome import Outcome
from device.mqtt.outbox import Event
from device.observation import Observation
from device.system.json_store import JsonStore, Shape

_LOG = logging.getLogger(__name__)

# In the file, next to the values: which observation they follow from, and when it was.
_EVENT_ID = "event_id"
_SEEN_AT = "seen_at"
_SHAPE = Shape({_EVENT_ID: (str,), _SEEN_AT: (str, type(None))}, required=_EVENT_ID)


class ExpiringState:
    """Holds the state document until what was seen expires, the owner switches privacy on, or the camera is lost.

    Args:
        table: the node's rows.
        store: keeps the document, which observation it follows from, and when that was.
        expiry: seconds after an observation until what was seen is over; 0 if time does not end it.
        clock: monotonic, in seconds.
        now: returns the time in UTC.
    """

    def __init__(
        self,
        table: Iterable[Row],
        store: JsonStore,
        *,
        expiry: float,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        # Without the rows of other documents: this stands between a press and its event.
        self._table = tuple(rows_of(STATE, table))
        self._store = store
        self._expiry = expiry or float("inf")
        self._clock = clock
        self._now = now
        self._event_id = ""
        self._seen_at: datetime | None = None
        # When the observation was ready, while it can be decided again: until what was seen is over, or a restart.
        self._ready_at: datetime | None = None
        self._until = float("inf")
        self.document: Mapping[str, Json] = blank_state(self._table)
        """As it is now."""

    def restore(self, newest: Event | None) -> None:
        """Take up the document of before this start, without what is over by now.

        Args:
            newest: the newest event on disk. A kill may have come between the commit of an event and the saving of its
                state, which is therefore committed with it.
        """
        saved = self._store.load(_SHAPE)
        self._event_id = saved.get(_EVENT_ID, "")
        self._seen_at = _moment(saved.get(_SEEN_AT))
        is_newer = newest is not None and newest.event_id > self._event_id
        committed = _committed(newest) if newest is not None and is_newer else None
        if newest is not None and committed is not None:
            saved = committed
            self._event_id, self._seen_at = newest.event_id, newest.occurred_at
        self.document = blank_state(self._table, saved)
        if committed is not None:
            # The event leaves the disk once it is delivered, and the next kill may come before the next press.
            self.save()
        self._until = self._clock() + self._remaining()
        self.expire()

    def observed(self, observation: Observation) -> Mapping[str, Json]:
        """Take an observation, and return the document that follows from it; save() keeps it."""
        outcome = Outcome(observation, self._now())
        self.document = state_content(self._table, outcome, self.document)
        self._event_id = observation.event_id
        self._seen_at = observation.triggered_at if outcome.is_seen else None
        self._ready_at = outcome.ready_at if outcome.is_seen else None
        self._until = self._clock() + self._expiry
        return self.document

    def reconsidered(self, observation: Observation) -> bool:
        """Take newer decisions about the observation that the document follows from; save() keeps them.

        Until when they hold stays as it was. Nothing is taken about another observation, or once what was seen is over.

        Returns:
            Whether the document is now another one.
        """
        if self._ready_at is None or observation.event_id != self._event_id:
            return False
        before = self.document
        self.document = state_content(self._table, Outcome(observation, self._ready_at), before)
        return self.document != before

    def save(self) -> None:
        """Keep the document for the next start."""
        seen_at = self._seen_at.isoformat() if self._seen_at else None
        self._store.save({**self.document, _EVENT_ID: self._event_id, _SEEN_AT: seen_at})

    def expire(self) -> bool:
        """End what was seen if it is time to; return whether that changes the document.

        The file stays as it is: it says when that was.
        """
        return self._clock() >= self._until and self._end()

    def end(self) -> bool:
        """End what was seen, also for the next start; return whether that changes the document."""
        self._seen_at = None
        is_changed = self._end()
        if is_changed:
            self.save()
        return is_changed

    def _end(self) -> bool:
        before = self.document
        self._ready_at = None
        self._until = float("inf")
        self.document = ended_state(self._table, before)
        return self.document != before

    def _remaining(self) -> float:
        """Return for how many seconds what was seen before this start still holds."""
        if self._expiry == float("inf"):
            return self._expiry
        if self._seen_at is None:
            return 0.0
        age = (self._now() - self._seen_at).total_seconds()
        # Seen in the future: one of the two times is wrong, and it may be long ago.
        return max(self._expiry - age, 0.0) if age >= 0 else 0.0


def _committed(event: Event) -> dict[str, Any] | None:
    """Return the state that was committed with an event; None if there is none, or it is damaged."""
    if event.state is None:
        return None
    try:
        state = json.loads(event.state)
        # What cannot be encoded could not be published either.
        json.dumps(state, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        _LOG.warning(
            "The state of the event %s is damaged (%s); it is not used", event.event_id, error
        )
        return None
    return state if isinstance(state, dict) else None


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
