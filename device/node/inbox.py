"""The queue between the node's loop and the threads of pins, MQTT and the camera."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from datetime import datetime
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic

from device.mqtt.events import Command, NewestVersion, PersonForgotten, PersonSealed
from device.node.allowance import Allowance
from device.node.messages import Content, Message
from device.node.triage import Urgency
from device.observation import Trigger, utc_now

MOST_TRIGGERS = 1000
"""Triggers of pins that wait. Nobody presses so often during a burst."""
MOST_PRESSES = 1000
"""Presses of Home Assistant's buttons that wait."""
PRESSES_A_SECOND = 200.0
"""That are taken for long; an automation in a circle presses more often, and would fill the log."""
MOST_FAREWELLS = 1000
"""Messages about people who were forgotten that wait; each is kept by the broker, and nobody knows so many people."""
MOST_SEALED_BYTES = 4 * 2**20
"""Of people whom other nodes share, that wait: of eighty with as many references as are kept."""
MOST_NONSENSE = 100
"""Commands without a meaning that are answered in the log, each with a line."""
NONSENSE_A_SECOND = 1.0
"""Of these for long: a line a second is enough to find out who sends them."""

# Bytes that a message has at least, however short it is.
_OVERHEAD = 1000
# Commands that wait and have their turn among what the node itself has put, by the time when they came: "privacy off",
# and then a press. More are a flood. Each may take as long as a memory card takes to keep a setting.
_MOST_IN_TURN = 3


class Inbox:
    """What other threads hand to the loop. put() never blocks, and may be called from any thread.

    The loop gets first what turns privacy on, and everything else in the order in which it came; but when more than a
    few commands wait, triggers, and what the node itself has caused, come before them. Of a switch or a number only the
    newest command waits, so that a flood of them neither fills the memory nor keeps the loop busy. Buttons and nonsense
    are bounded in number and per second; beyond that they are thrown away. Triggers, and what is said of people who
    were forgotten or are shared, have bounds of their own. What the node itself causes (confirmations, captures) is
    always taken; there is never more of it than the node asked for. So are the motion sensor's levels: there are two a
    second at most.

    Args:
        most_triggers: that wait.
        most_presses: of Home Assistant's buttons that wait.
        most_nonsense: commands without a meaning that wait.
        now: returns the time in UTC.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        *,
        most_triggers: int = MOST_TRIGGERS,
        most_presses: int = MOST_PRESSES,
        most_nonsense: int = MOST_NONSENSE,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._now = now
        self._clock = clock
        # One for each message, and the spare ones. A signal handler puts here as well, in the middle of another put or
        # get: SimpleQueue and deque allow that, a lock would not.
        self._signals: SimpleQueue[None] = SimpleQueue()
        self._urgent: deque[Message] = deque()
        # Each with its place in the order of everything.
        self._own: deque[tuple[int, Message]] = deque()
        # Held by nothing that a signal handler calls.
        self._sorting = threading.Lock()
        # In the order in which they are obeyed, by what a newer one replaces.
        self._commands: dict[Hashable, tuple[int, Message]] = {}
        # Signals whose message was taken back.
        self._spare = 0
        self._numbers = count()
        self._triggers = Allowance("triggers", most_triggers, None, clock)
        self._farewells = Allowance("farewells of people", MOST_FAREWELLS, None, clock)
        self._sealed = Allowance("bytes of sealed people", MOST_SEALED_BYTES, None, clock)
        self._allowances = {
            Urgency.PRESS: Allowance("presses", most_presses, PRESSES_A_SECOND, clock),
            Urgency.NONSENSE: Allowance(
                "commands without a meaning", most_nonsense, NONSENSE_A_SECOND, clock
            ),
        }
        self._triage: Callable[[Command], Urgency] = lambda _command: Urgency.PRESS

    def sort_with(self, triage: Callable[[Command], Urgency]) -> None:
        """Name what judges a command, on the thread that puts it; before that each one counts."""
        self._triage = triage

    def put(self, content: Content) -> None:
        """Add something, with the time; what comes in a flood is thrown away."""
        message = Message(content, self._now(), self._clock())
        match content:
            case Command():
                self._put_command(content, message)
            case NewestVersion():
                with self._sorting:
                    self._replace(NewestVersion, message)
            case Trigger() | PersonForgotten() | PersonSealed():
                with self._sorting:
                    if not self._bound(content).admits(_weight(content)):
                        return
                self._put_own(message)
            case _:
                self._put_own(message)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits at this moment."""
        return not (self._urgent or self._own or self._commands)

    def get(self, timeout: float) -> Message | None:
        """Return the next message, or None after timeout seconds without one."""
        end = monotonic() + timeout
        while True:
            try:
                self._signals.get(timeout=max(end - monotonic(), 0.0))
            except Empty:
                return None
            message = self._next()
            if message is not None:
                return message

    def _put_command(self, command: Command, message: Message) -> None:
        urgency = self._triage(command)
        with self._sorting:
            match urgency:
                case Urgency.PRIVACY:
                    # What was asked before is outdated; what is asked later comes later.
                    self._spare += self._commands.pop(command.key, None) is not None
                    if not self._urgent:
                        self._urgent.append(message)
                        self._signal()
                case Urgency.SETTING:
                    self._replace(command.key, message)
                case Urgency.PRESS | Urgency.NONSENSE:
                    if self._allowances[urgency].admits():
                        self._replace((urgency, next(self._numbers)), message)

    def _bound(self, content: Trigger | PersonForgotten | PersonSealed) -> Allowance:
        match content:
            case Trigger():
                return self._triggers
            case PersonForgotten():
                return self._farewells
            case PersonSealed():
                return self._sealed

    def _put_own(self, message: Message) -> None:
        self._own.append((next(self._numbers), message))
        self._signals.put(None)

    def _replace(self, key: Hashable, message: Message) -> None:
        """Add a command behind all others, in place of the one of the same key."""
        is_new = self._commands.pop(key, None) is None
        self._commands[key] = (next(self._numbers), message)
        if is_new:
            self._signal()

    def _signal(self) -> None:
        """Announce a message; one that was taken back has been announced already."""
        if self._spare:
            self._spare -= 1
        else:
            self._signals.put(None)

    def _next(self) -> Message | None:
        if self._urgent:
            return self._urgent.popleft()
        if self._own and not self._is_command_next():
            _number, message = self._own.popleft()
            if isinstance(message.content, Trigger | PersonForgotten | PersonSealed):
                with self._sorting:
                    self._bound(message.content).release(_weight(message.content))
            return message
        with self._sorting:
            key = next(iter(self._commands), None)
            match key:
                case None:
                    self._spare -= 1
                    return None
                case (Urgency() as urgency, _):
                    self._allowances[urgency].release()
            return self._commands.pop(key)[1]

    def _is_command_next(self) -> bool:
        """Whether a command comes before what the node itself has put: it is older, and not one of a flood."""
        with self._sorting:
            if not 0 < len(self._commands) <= _MOST_IN_TURN:
                return False
            oldest, _message = next(iter(self._commands.values()))
            return oldest < self._own[0][0]


def _weight(content: Trigger | PersonForgotten | PersonSealed) -> int:
    return _OVERHEAD + len(content.payload) if isinstance(content, PersonSealed) else 1
