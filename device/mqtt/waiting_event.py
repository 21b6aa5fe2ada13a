"""An event that waits for the broker: when it occurred, and for how long it has waited. Pure.

The time of a machine may be wrong and may be set: a Raspberry Pi has no battery for its clock, and starts in the past
until the network has the time. The seconds since the boot know of no such step. So within one boot they alone count;
across a restart of the machine there is only the time, and it is believed as far as it can be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, Self

from typing_extensions import TypedDict

from device.observation import Time
from device.system.clock import Reading

# Less is the clock that is being adjusted, and reading two clocks one after the other.
_STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Uptime:
    """A moment as the clock has it that nobody sets.

    Attributes:
        boot_id: names the boot.
        seconds: since that boot.
    """

    boot_id: str
    seconds: float

    @classmethod
    def of(cls, now: Reading, ago: float) -> Self:
        """Return the moment some seconds ago."""
        return cls(now.boot_id, now.uptime - ago)


class Dated(Protocol):
    """Something that has occurred; see Event for what its attributes say."""

    @property
    def occurred_at(self) -> datetime:
        """When, in UTC."""

    @property
    def uptime(self) -> Uptime | None:
        """The same moment since the boot."""

    @property
    def is_clock_set(self) -> bool | None:
        """Whether a time server has set the clock."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that the broker has not confirmed.

    Attributes:
        event_id: unique.
        occurred_at: when, in UTC, as the clock had it then, or as it is known by now.
        payload: its JSON.
        state: the state document that follows from it, as JSON; None if an older Facet left the event behind. Committed
            with the event, since a kill may come before the state is saved separately.
        uptime: the same moment since the boot; None if an older Facet left the event behind.
        is_clock_set: whether occurred_at comes from a clock that a time server has set; None if that is not known.
    """

    event_id: str
    occurred_at: datetime
    payload: str
    state: str | None = None
    uptime: Uptime | None = None
    is_clock_set: bool | None = None


class DeliveryJson(TypedDict):
    """What each sending of an event adds to it; `waited` is in seconds, and null where nobody knows."""

    occurred_at: Time
    delivered_at: Time
    waited: float | None
    time_uncertain: bool
    repeated: bool


def was_set(before: Reading, now: Reading) -> bool:
    """Whether the clock was set between two readings of one boot, or a time server has set it since."""
    step = now.at - before.at - timedelta(seconds=now.uptime - before.uptime)
    return abs(step) > _STEP or now.is_set is not before.is_set


def is_of_this_boot(event: Dated, now: Reading) -> bool:
    """Whether an event occurred since the machine has started."""
    return event.uptime is not None and event.uptime.boot_id == now.boot_id


def corrected(event: Event, now: Reading) -> Event:
    """Return an event with the time at which it occurred by the clock as it is set now.

    An event of an earlier boot stays as it is: nothing tells how wrong the clock was then.
    """
    if event.uptime is None or not is_of_this_boot(event, now):
        return event
    occurred_at = now.at_uptime(event.uptime.seconds)
    if abs(occurred_at - event.occurred_at) > _STEP:
        return replace(event, occurred_at=occurred_at, is_clock_set=now.is_set)
    if event.is_clock_set is True or now.is_set is None:
        return event
    return replace(event, is_clock_set=now.is_set)


def waited(event: Dated, now: Reading) -> float | None:
    """Return for how many seconds an event has waited; None if nobody knows.

    Across a restart of the machine that is what the two times say, unless one of them is known to be wrong: the clock
    had not been set, or the event is of the future.
    """
    if event.uptime is not None and is_of_this_boot(event, now):
        return max(now.uptime - event.uptime.seconds, 0.0)
    age = (now.at - event.occurred_at).total_seconds()
    is_doubtful = age < 0 or event.is_clock_set is False or now.is_set is False
    return None if is_doubtful else age


def is_time_uncertain(event: Event, now: Reading) -> bool:
    """Whether the time at which an event occurred, corrected as far as possible, may be wrong."""
    known = corrected(event, now)
    if known.is_clock_set is not None:
        return not known.is_clock_set
    return known.occurred_at - now.at > _STEP
