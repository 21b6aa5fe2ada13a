"""Which pin a button or a sensor is on, found by pressing it."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from device.config.sections.fields import HEADER
from device.errors import PinError
from device.gpio.pins import Factory, InputPin, claim_input, default_factory
from device.triggers.decisions import Press

# Seconds for which a level must be steady: a cable picks up what its neighbour does.
_STEADY_SECONDS = 0.05
_ROUND_SECONDS = 0.2
# Changes that wait; a pin that nothing is connected to may chatter.
_MOST_CHANGES = 1000
# Pulled up on the board: with another resistor they find nothing.
_PULLED_UP = (2, 3)


@dataclass(frozen=True, slots=True)
class _Change:
    pin: int
    is_active: bool
    at: float


class PinFinder:
    """Watches all free pins of the header at once. Within the context they are claimed.

    Args:
        pull: "up" for a button to ground, "down" for one to 3.3 V, or for a motion sensor.
        clock: monotonic, in seconds.
        factory: returns gpiozero's pin factory.
    """

    def __init__(
        self,
        pull: Literal["up", "down"],
        *,
        clock: Callable[[], float] = time.monotonic,
        factory: Callable[[], Factory] = default_factory,
    ) -> None:
        self._pull: Literal["up", "down"] = pull
        self._clock = clock
        self._factory = factory
        self._claimed = ExitStack()
        self._presses: dict[int, Press] = {}
        self._changes: queue.Queue[_Change] = queue.Queue(_MOST_CHANGES)

    def __enter__(self) -> Self:
        """Claim the pins; those that something else uses are left out.

        Raises:
            PinError: this machine has no pin that can be claimed.
        """
        factory = self._factory()
        failure: PinError | None = None
        with ExitStack() as claimed:
            for number in sorted(HEADER.values()):
                if self._pull == "down" and number in _PULLED_UP:
                    continue
                try:
                    claimed.enter_context(closing(self._claim(number, factory)))
                except PinError as error:
                    failure = error
            if not self._presses and failure is not None:
                raise failure
            self._claimed = claimed.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give them back."""
        self._claimed.close()

    def wait(self, seconds: float, is_wanted: Callable[[], bool] = lambda: True) -> int | None:
        """Return the BCM number of the first pin that is pressed, or None if none is for so long.

        What is pressed already has to be let go first.

        Args:
            seconds: to wait.
            is_wanted: asked several times a second; the wait ends when it is not.
        """
        end = self._clock() + seconds
        while is_wanted():
            now = self._clock()
            due = [press.due for press in self._presses.values() if press.due is not None]
            change = self._next_change(max(0.0, min([end, now + _ROUND_SECONDS, *due]) - now))
            # What was due before a change counts, and what would be due after it does not, however late it is taken.
            now = self._clock() if change is None else change.at
            for number, press in self._presses.items():
                if press.poll(now):
                    return number
            if now >= end:
                return None
            if change is not None:
                self._presses[change.pin].edge(change.at, is_active=change.is_active)
        return None

    def _next_change(self, seconds: float) -> _Change | None:
        try:
            return self._changes.get(timeout=seconds)
        except queue.Empty:
            return None

    def _claim(self, number: int, factory: Factory) -> InputPin:
        def changed(is_active: bool) -> None:  # noqa: FBT001 - as claim_input calls it
            with suppress(queue.Full):
                self._changes.put_nowait(_Change(number, is_active, self._clock()))

        pin = claim_input(
            "finding a pin",
            number,
            pull=self._pull,
            is_active_low=self._pull == "up",
            factory=factory,
            changed=changed,
        )
        self._presses[number] = Press(debounce=_STEADY_SECONDS, hold=0.0, is_pressed=pin.is_active)
        return pin
