"""When a change of a pin's level is a trigger: pure, the time is handed in."""

from __future__ import annotations

from typing import Protocol


class Decision(Protocol):
    """What a pin's changes mean. Times are seconds on any one monotonic clock."""

    def edge(self, at: float, *, active: bool) -> None:
        """Take note that the level changed at a time."""

    @property
    def due(self) -> float | None:
        """When to call poll; None while there is nothing to wait for."""

    def poll(self, now: float) -> bool:
        """Return True when a trigger is due, once for each."""


class Press:
    """Tells presses of a button from the bouncing of its contacts and from spikes on its cable.

    A press counts once the button has been down without a break for as long as both debounce and
    hold ask. There is one for each time it is pushed: the next can only begin after the level had
    been steady for the debounce time, so contacts that chatter on release are no second press.
    """

    def __init__(self, *, debounce: float, hold: float, pressed: bool) -> None:
        """Begin; a button that is down already counts only after it was let go.

        Args:
            debounce: seconds for which the level must be steady.
            hold: seconds for which the button must be held; 0 for a plain press.
            pressed: whether it is down now.
        """
        self._debounce = debounce
        self._needed = max(debounce, hold)
        self._pressed = pressed
        self._since = float("-inf")
        self._counts = False

    def edge(self, at: float, *, active: bool) -> None:
        """Take note that the button went down or up at a time."""
        if active and at - self._since >= self._debounce:
            self._counts = True
        self._pressed = active
        self._since = at

    @property
    def due(self) -> float | None:
        """When the press counts if the button stays down; None while it is up or has counted."""
        return self._since + self._needed if self._pressed and self._counts else None

    def poll(self, now: float) -> bool:
        """Return True once a press, when the button has been down for long enough."""
        if self.due is None or now < self.due:
            return False
        self._counts = False
        return True


class Motion:
    """Tells the motion that triggers from the motion that follows it within the cool-down.

    Attributes:
        armed: whether motion triggers at all.
        cool_down: seconds after a trigger in which further motion is ignored.
    """

    def __init__(self, *, cool_down: float, armed: bool) -> None:
        """Begin; the first motion triggers."""
        self.cool_down = cool_down
        self.armed = armed
        self._last = float("-inf")
        self._due: float | None = None

    def edge(self, at: float, *, active: bool) -> None:
        """Take note that motion began or ended at a time."""
        if active and self.armed and at - self._last >= self.cool_down:
            self._last = self._due = at

    @property
    def due(self) -> float | None:
        """When motion began, while that has not been polled."""
        return self._due

    def poll(self, now: float) -> bool:
        """Return True once for each motion that triggers."""
        if self._due is None or now < self._due:
            return False
        self._due = None
        return True
