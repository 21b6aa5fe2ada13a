"""Whether Home Assistant is there to receive events: pure, the time is handed in.

Home Assistant connects with a clean session: what is published while it is away never reaches it, although the broker
confirms it. So events wait while nobody is there. Three things tell: Home Assistant's birth message and last will on
`homeassistant/status`, the broker's answer to the node's discovery, which says with MQTT 5 whether anybody has
subscribed to it, and the same for an event.
"""

from __future__ import annotations

# Home Assistant says that it is there before it has subscribed to the events of a node that it did not know.
_SETTLING_SECONDS = 2.0
_NOT_AT_ALL = float("-inf")
_UNTIL_IT_IS_BACK = float("inf")


class Presence:
    """Decides whether events wait for Home Assistant. Times are seconds on any one monotonic clock.

    A broker whose subscribers have never included Home Assistant is not held up.

    Args:
        patience: seconds after a connection for which events wait at most, unless Home Assistant has said that it is
            stopped; with 0 they never wait.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._has_connected = False
        self._has_been_seen = False
        self._hold_until = _NOT_AT_ALL
        # Between a connection and the answer to the discovery that is published then.
        self._is_asking = False
        self._had_left = False
        # Of one event that nobody received: the owner may have disabled the entity.
        self._may_doubt = True

    def is_holding(self, now: float) -> bool:
        """Whether events wait."""
        return self._patience > 0 and now < self._hold_until

    def connected(self, now: float) -> None:
        """Take note of a connection with the broker: it may be back before Home Assistant is."""
        self._is_asking = True
        self._had_left = self._hold_until == _UNTIL_IT_IS_BACK
        self._hold_until = now + self._patience if self._has_connected else _NOT_AT_ALL
        self._has_connected = True
        self._may_doubt = True

    def discovery_answered(self, *, is_heard: bool | None) -> None:
        """Take the broker's answer to the discovery that follows a connection.

        Args:
            is_heard: whether anybody has subscribed to it; None where the broker does not say.
        """
        if not self._is_asking:
            return
        self._is_asking = False
        if is_heard:
            self._has_been_seen = True
            self._hold_until = _NOT_AT_ALL
        elif is_heard is False and self._had_left:
            self._hold_until = _UNTIL_IT_IS_BACK
        elif is_heard is False and not self._has_been_seen:
            self._hold_until = _NOT_AT_ALL

    def unheard(self, now: float) -> bool:
        """Take note of an event that no subscriber received.

        The first one makes the following ones wait, since Home Assistant may be about to say that it stops.

        Returns:
            Whether it waits for Home Assistant, instead of being done.
        """
        if self.is_holding(now):
            return True
        if not (self._patience > 0 and self._has_been_seen and self._may_doubt):
            return False
        self._may_doubt = False
        self._hold_until = now + self._patience
        return True

    def born(self, now: float) -> None:
        """Take note of the birth message."""
        self._has_reported(hold_until=now + _SETTLING_SECONDS)

    def left(self) -> None:
        """Take note of the last will."""
        self._has_reported(hold_until=_UNTIL_IT_IS_BACK)

    def _has_reported(self, *, hold_until: float) -> None:
        self._has_been_seen = True
        self._is_asking = False
        self._may_doubt = True
        self._hold_until = hold_until
