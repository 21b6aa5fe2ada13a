"""When a node says once more how it is, after it has announced itself: pure, the time is handed in.

Home Assistant subscribes to the states of a node only once it has read its discovery, and relies on the broker to have
kept what was published before. In a cluster of RabbitMQ each member keeps that for itself: a Home Assistant that is
connected with another member than the node would show all of it as unavailable, for as long as nothing changes. So the
node repeats its states until somebody has heard them. With MQTT 5 the broker's answer says so; and then they are sent
a last time, because the subscriptions to some of them may have come between.
"""

from __future__ import annotations

# Seconds until the first repetition that nobody has heard; each further one takes twice as long. Home Assistant takes
# one for a node, and a minute for hundreds.
_FIRST_DELAY = 2.0
# In all; the last one comes after two minutes. Perhaps there is no Home Assistant.
_MOST = 6
# Seconds after which what somebody has heard is sent a last time: some other client may have been the one.
_LAST_DELAY = 10.0


class Repeats:
    """Decides when to repeat the states. Times are seconds on any one monotonic clock."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._due = float("inf")
        self._made = 0
        self._was_heard = False

    def announced(self, number: int | None) -> None:
        """Take note of an announcement.

        Args:
            number: of its last message, as publish() returned it.
        """
        self._number, self._due = number, float("inf")
        self._made, self._was_heard = 0, False

    def repeated(self, number: int | None) -> None:
        """Take note of a repetition; see announced()."""
        self._number, self._due = number, float("inf")
        self._made += 1

    def answered(self, number: int, now: float, *, is_heard: bool | None) -> None:
        """Take the broker's answer to a message; to be called for each Delivered.

        Args:
            number: the message's.
            now: the time.
            is_heard: whether anybody has subscribed to it; None where the broker does not say.
        """
        if number != self._number:
            return
        self._number = None
        is_done = self._was_heard and is_heard
        self._was_heard = self._was_heard or bool(is_heard)
        if not is_done and self._made < _MOST:
            self._due = now + (_LAST_DELAY if is_heard else _FIRST_DELAY * 2.0**self._made)

    def is_due(self, now: float) -> bool:
        """Whether to repeat the states now."""
        return now >= self._due

    def disconnected(self) -> None:
        """Take note that the connection is gone; the next one begins with an announcement."""
        self.announced(None)
