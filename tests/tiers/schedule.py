"""Which tier starts when: pure decisions, without a clock or a process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Tier:
    """A command that passes or fails.

    Args:
        name: unique.
        command: for bash, in the root of the checkout.
        seconds: it is ended after these; two and a half times what it takes on two fast cores, or more.
        cores: how much of the machine it keeps busy; what mostly waits takes half a core or less.
        needs: names of tiers that must have passed before.
        is_background: whether it gives way to the others.
        needs_quiet: whether it measures time, so that nothing may run at the same time.
    """

    name: str
    command: str
    seconds: int
    cores: float = 1.0
    needs: tuple[str, ...] = ()
    is_background: bool = False
    needs_quiet: bool = False


class Status(StrEnum):
    """What became of a tier."""

    PASSED = "passed"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED OUT"
    NOT_RUN = "NOT RUN"


def startable(
    waiting: Sequence[Tier], running: Collection[Tier], passed: Collection[str], cores: float
) -> list[Tier]:
    """Return the tiers to start now, in the order of `waiting`.

    Args:
        waiting: those that have not started, the most urgent first.
        running: those that run.
        passed: names of those that have passed.
        cores: of the machine. A tier that takes more than all of them starts when nothing else runs.
    """
    started: list[Tier] = []
    for tier in waiting:
        busy = [*running, *started]
        if not set(tier.needs) <= set(passed) or any(other.needs_quiet for other in busy):
            continue
        has_room = sum(other.cores for other in busy) + tier.cores <= cores
        if not busy or (has_room and not tier.needs_quiet):
            started.append(tier)
    return started


def hopeless(waiting: Sequence[Tier], failed: Collection[str]) -> list[Tier]:
    """Return the waiting tiers that need one that has failed, directly or through others."""
    lost = set(failed)
    found: list[Tier] = []
    while more := [tier for tier in waiting if tier not in found and lost & set(tier.needs)]:
        found += more
        lost |= {tier.name for tier in more}
    return [tier for tier in waiting if tier in found]


def wanted(tiers: Sequence[Tier], names: Collection[str]) -> list[Tier]:
    """Return the tiers of these names and what they need, in the order of `tiers`; all of them without a name.

    Raises:
        ValueError: there is no tier of a name.
    """
    by_name = {tier.name: tier for tier in tiers}
    if unknown := sorted(set(names) - set(by_name)):
        message = f"there is no tier {unknown[0]!r}; allowed: {', '.join(by_name)}"
        raise ValueError(message)
    found: set[str] = set()
    missing = set(names or by_name)
    while missing:
        found |= missing
        missing = {need for name in missing for need in by_name[name].needs} - found
    return [tier for tier in tiers if tier.name in found]
