"""Runs tiers side by side as processes, and reports how each of them ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from types import FrameType
from typing import IO, TextIO

from tests.tiers.schedule import Status, Tier, hopeless, startable

_ROOT = Path(__file__).resolve().parents[2]
_TICK_SECONDS = 0.2
_REPORT_SECONDS = 60.0
_GRACE_SECONDS = 20.0
"""For pytest's fixtures, which end what they started, after an interrupt."""
_CLOSING = re.compile(r"^=* ?(\d+ (?:passed|failed|error|skipped|deselected).* in .*?s\b.*?) ?=*$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tier ended.

    Attributes:
        tier: which.
        status: how.
        started: seconds from the start of the run; where it was not run, when that was clear.
        seconds: how long it took.
        cpu_seconds: processor time of the command and of all processes that it waited for.
        last_line: pytest's last line, or nothing.
    """

    tier: Tier
    status: Status
    started: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    last_line: str = ""


class _Process:
    """A tier that runs, in a separate process group.

    Args:
        tier: which.
        started: seconds from the start of the run.
        output: takes all that it writes.
    """

    def __init__(self, tier: Tier, started: float, output: IO[bytes]) -> None:
        self.tier = tier
        self.started = started
        self._output = output
        nice = ["nice", "--adjustment=10"] if tier.is_background else []
        self._process = subprocess.Popen(
            [*nice, "bash", "-euo", "pipefail", "-c", tier.command],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def text(self) -> str:
        """All that it has written so far."""
        return Path(self._output.name).read_text(encoding="utf-8", errors="replace")

    def ended(self, now: float) -> Outcome | None:
        """Return how it ended; None while it runs. After its budget of seconds it is ended."""
        if now - self.started > self.tier.seconds:
            return self.end(now)
        return self._outcome(now, os.WNOHANG)

    def end(self, now: float) -> Outcome:
        """End it and all processes of its group."""
        self._signal(signal.SIGINT)
        limit = monotonic() + _GRACE_SECONDS
        while (outcome := self._outcome(now, os.WNOHANG, Status.TIMED_OUT)) is None:
            if monotonic() > limit:
                self._signal(signal.SIGKILL)
            sleep(_TICK_SECONDS)
        self._signal(signal.SIGKILL)  # what a shell left behind
        return outcome

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def _outcome(self, now: float, options: int, status: Status | None = None) -> Outcome | None:
        # The only call that also gives the processor time.
        process, code, usage = os.wait4(self._process.pid, options)
        if not process:
            return None
        self._process.returncode = os.waitstatus_to_exitcode(code)
        by_code = Status.FAILED if self._process.returncode else Status.PASSED
        return Outcome(
            self.tier,
            status or by_code,
            self.started,
            now - self.started,
            usage.ru_utime + usage.ru_stime,
            closing_line(self.text),
        )


def run(tiers: Sequence[Tier], cores: float, seconds: float, out: TextIO) -> list[Outcome]:
    """Run all tiers, and write what each of them wrote when it ends.

    Args:
        tiers: the most urgent first.
        cores: how many they share.
        seconds: until all that still runs is ended.
        out: takes the words.

    Returns:
        One outcome per tier, in the order in which they ended.
    """
    begun = monotonic()
    waiting, reported = list(tiers), 0.0
    running: list[_Process] = []
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="facet-tiers-")))
        stack.enter_context(_interruptible())
        stack.callback(lambda: [process.end(0.0) for process in running])
        while waiting or running:
            now = monotonic() - begun
            if now > seconds:
                outcomes += [_told(process, process.end(now), out) for process in running]
                outcomes += [Outcome(tier, Status.NOT_RUN, now) for tier in waiting]
                running.clear()
                break
            for process in list(running):
                if outcome := process.ended(now):
                    running.remove(process)
                    outcomes.append(_told(process, outcome, out))
            lost = [o.tier.name for o in outcomes if o.status is not Status.PASSED]
            for tier in hopeless(waiting, lost):
                waiting.remove(tier)
                outcomes.append(Outcome(tier, Status.NOT_RUN, now))
            passed = [o.tier.name for o in outcomes if o.status is Status.PASSED]
            for tier in startable(waiting, [process.tier for process in running], passed, cores):
                waiting.remove(tier)
                output = stack.enter_context((logs / tier.name.replace(" ", "-")).open("wb"))
                running.append(_Process(tier, now, output))
                _say(out, f"-- {clock(now)} {tier.name} starts")
            if now - reported >= _REPORT_SECONDS:
                reported = now
                names = ", ".join(f"{p.tier.name} ({now - p.started:.0f} s)" for p in running)
                _say(out, f"-- {clock(now)} running: {names}; {len(waiting)} waiting")
            sleep(_TICK_SECONDS)
    return outcomes


def closing_line(text: str) -> str:
    """Return what pytest counted at the end of a text; empty if there is no such line."""
    found = [match[1] for line in text.splitlines() if (match := _CLOSING.match(line))]
    return found[-1] if found else ""


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _told(process: _Process, outcome: Outcome, out: TextIO) -> Outcome:
    _say(out, f"\n===== {outcome.tier.name} =====\n{process.text.rstrip()}")
    _say(out, f"===== {outcome.tier.name}: {outcome.status} in {outcome.seconds:.0f} s =====\n")
    return outcome


def _say(out: TextIO, text: str) -> None:
    print(text, file=out, flush=True)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, so that nothing is left running."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        sys.exit("ended by SIGTERM")

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
