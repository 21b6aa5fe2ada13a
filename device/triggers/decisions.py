"""When a change of a pin's level is a trigger, and when it is reported: pure, the time is handed in."""

from __future__ import annotations

from typing import Protocol


class Decision(Protocol):
    """What the changes of one pin mean. Times are seconds on any one monotonic clock."""

    def edge(self, at: float, *, is_active: bool) -> None:
        """Record that the level changed."""

    @property
    def due(self) -> float | None:
        """When to call poll; None while there is nothing to wait for."""

    def poll(self, now: float) -> bool:
        """Return True when a trigger or a report is due, once for each."""


class Press:
    """Distinguishes presses of a button from contact bounce and from spikes on its cable.

    A press counts once the button has been down without a break for as long as both debounce and
    hold require. Each push gives one press: the next can only begin after the level has been steady
    for the debounce time, so that contacts that chatter on release are not a second press. A button
    that is down from the start counts only after it has been released.

    Args:
        debounce: seconds for which the level must be steady.
        hold: seconds for which the button must be held; 0 for a plain press.
        is_pressed: whether it is down now.
    """

    def __init__(self, *, debounce: float, hold: float, is_pressed: bool) -> None:
        self._debounce = debounce
        self._needed = max(debounce, hold)
        self._is_pressed = is_pressed
        self._since = float("-inf")
        self._is_counting = False
        self._is_owed = False

    def edge(self, at: float, *, is_active: bool) -> None:
        """Record that the button went down or up."""
        if self.due is not None and not is_active and at >= self.due:
            # It was down for long enough, and whoever polls comes late: the machine is busy.
            self._is_owed = True
            self._is_counting = False
        if is_active and at - self._since >= self._debounce:
            self._is_counting = True
        self._is_pressed = is_active
        self._since = at

    @property
    def due(self) -> float | None:
        """When the press counts if the button stays down; None while it is up or has counted.

        A press that was over before anybody polled is due at once.
        """
        if self._is_owed:
            return self._since
        return self._since + self._needed if self._is_pressed and self._is_counting else None

    def poll(self, now: float) -> bool:
        """Return True once for each press, when the button has been down for long enough."""
        if self.due is None or now < self.due:
            return False
        if self._is_owed:
            self._is_owed = False
        else:
            self._is_counting = False
        return True


class Motion:
    """Distinguishes motion that triggers from the motion that follows it within the cool-down.

    The first motion triggers.

    Args:
        cool_down: seconds after a trigger in which further motion is ignored.
        is_armed: whether motion triggers at all.

    Attributes:
        cool_down: as above; it can be changed at any time.
        is_armed: as above; it can be changed at any time.
    """

    def __init__(self, *, cool_down: float, is_armed: bool) -> None:
        self.cool_down = cool_down
        self.is_armed = is_armed
        self._last = float("-inf")
        self._due: float | None = None

    def edge(self, at: float, *, is_active: bool) -> None:
        """Record that motion began or ended."""
        if is_active and self.is_armed and at - self._last >= self.cool_down:
            self._last = self._due = at

    @property
    def due(self) -> float | None:
        """When motion began that has not been polled yet."""
        return self._due

    def poll(self, now: float) -> bool:
        """Return True once for each motion that triggers."""
        if self._due is None or now < self._due:
            return False
        self._due = None
        return True


class Level:
    """Follows the level of a pin, with a pause after each report: a cable that picks up radio floods nobody.

    The last level is always reported, at the end of the pause at the latest. What comes and goes within a pause is not.

    Args:
        pause: seconds between two reports.

    Attributes:
        is_active: the newest level; None before the first one.
    """

    def __init__(self, *, pause: float) -> None:
        self._pause = pause
        self.is_active: bool | None = None
        self._reported: bool | None = None
        self._since = self._paused_until = float("-inf")

    def edge(self, at: float, *, is_active: bool) -> None:
        """Record a level, unless a newer one is known."""
        if at >= self._since:
            self.is_active = is_active
            self._since = at

    @property
    def due(self) -> float | None:
        """When to report the level; None while it is as reported."""
        if self.is_active is self._reported:
            return None
        return max(self._since, self._paused_until)

    def poll(self, now: float) -> bool:
        """Return True once for each level that is to be reported."""
        if self.due is None or now < self.due:
            return False
        self._reported = self.is_active
        self._paused_until = now + self._pause
        return True
