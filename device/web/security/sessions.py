"""Who has logged in: in memory, so that a restart of the process ends every session."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

IDLE_SECONDS = 12 * 3600.0
"""Without a request a session ends."""

_LONGEST_SECONDS = 7 * 24 * 3600.0
# Browsers of a household; a further one ends the session that has been idle for longest.
_MOST = 32
_TOKEN_BYTES = 32


@dataclass(slots=True)
class Session:
    """One browser that has logged in.

    Attributes:
        token: in the browser's cookie.
        csrf: what each request that changes something has to repeat; no other site can know it.
        edition: of the password with which it was opened.
        began: on the clock.
        used: when the last request came, on the clock.
    """

    token: str
    csrf: str
    edition: str
    began: float
    used: float


class Sessions:
    """All sessions. One thread at a time uses it.

    Args:
        clock: monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, edition: str) -> Session:
        """Open a session for a browser that knew the password."""
        while len(self._sessions) >= _MOST:
            self.close(min(self._sessions.values(), key=lambda session: session.used))
        now = self._clock()
        token, csrf = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(token, csrf, edition, now, now)
        self._sessions[token] = session
        return session

    def find(self, token: str | None, edition: str | None) -> Session | None:
        """Return the session of a cookie; None when there is none, or no more.

        Args:
            token: from the cookie.
            edition: of the present password.
        """
        session = self._sessions.get(token or "")
        if session is None:
            return None
        if not self.is_open(session, edition):
            self.close(session)
            return None
        session.used = self._clock()
        return session

    def is_open(self, session: Session, edition: str | None) -> bool:
        """Return whether a session goes on; see find()."""
        now = self._clock()
        is_over = now - session.used > IDLE_SECONDS or now - session.began > _LONGEST_SECONDS
        return session.token in self._sessions and session.edition == edition and not is_over

    def close(self, session: Session) -> None:
        """End a session; one that has ended stays so."""
        self._sessions.pop(session.token, None)
