"""What waits for the capture thread to be taken in: of each person the newest, and bounded in bytes."""

from __future__ import annotations

import logging
import re
import threading

from device.people.person import PERSON_ID

_LOG = logging.getLogger(__name__)

# Bytes: of a hundred and fifty people with as many references as are kept.
_MOST_BYTES = 8 * 2**20


class Letterbox:
    """Sealed messages by person. Any thread may use it; no method waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._letters: dict[str, bytes] = {}
        self._bytes = 0
        self._is_full = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at this moment."""
        return not self._letters

    def put(self, person: str, payload: bytes, *, replaces: bool = True) -> None:
        """Add a message, in place of the one of the same person; one that is too much is thrown away.

        Args:
            person: anything; only an id is taken.
            payload: anything.
            replaces: whether it is newer than what waits of this person.
        """
        if re.fullmatch(PERSON_ID, person) is None:
            return
        with self._lock:
            before = self._letters.get(person)
            if before is not None and not replaces:
                return
            size = self._bytes + len(payload) - len(before or b"")
            if size > _MOST_BYTES:
                self._refuse()
                return
            self._letters[person] = payload
            self._bytes = size

    def take(self) -> tuple[str, bytes] | None:
        """Take out the message that came first; None if there is none."""
        with self._lock:
            person = next(iter(self._letters), None)
            if person is None:
                self._is_full = False
                return None
            payload = self._letters.pop(person)
            self._bytes -= len(payload)
            return person, payload

    def clear(self) -> None:
        """Throw everything away."""
        with self._lock:
            self._letters.clear()
            self._bytes = 0

    def _refuse(self) -> None:
        if not self._is_full:
            _LOG.warning(
                "So many people are shared that some are not taken in before the next connection; %d wait",
                len(self._letters),
            )
        self._is_full = True
