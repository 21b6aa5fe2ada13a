"""`python3 -m tests.tiers [NAME...]`: runs the tiers side by side, and prints a table of them at its end.

Needs nothing but Python and the system packages of .ci/run. With names only these tiers run, and what they need. The
exit code is 1 if any of them did not pass.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from time import monotonic

from tests.tiers.plan import Interpreters, plan
from tests.tiers.runner import Outcome, clock, run
from tests.tiers.schedule import Status, wanted

_LIMIT_SECONDS = 85 * 60
"""CI ends a run after 90 minutes; the table must be printed before."""
_FEWEST_CORES = 2
"""On a single core too, half of what waits must not wait for the other half."""


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes in the order of their starts, for people."""
    rows = [("tier", "status", "start", "seconds", "CPU", "budget", "pytest")]
    rows += [
        (
            outcome.tier.name,
            outcome.status,
            clock(outcome.started),
            f"{outcome.seconds:.0f}",
            f"{outcome.cpu_seconds:.0f}",
            str(outcome.tier.seconds),
            outcome.last_line,
        )
        for outcome in sorted(outcomes, key=lambda outcome: outcome.started)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    """Run, print, and return the exit code."""
    try:
        tiers = wanted(plan(Interpreters.found()), names)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    begun = monotonic()
    cores = max(os.cpu_count() or 1, _FEWEST_CORES)
    outcomes = run(tiers, cores, _LIMIT_SECONDS, sys.stdout)
    print(table(outcomes))
    failed = [o.tier.name for o in outcomes if o.status is not Status.PASSED]
    took = f"{len(outcomes)} tiers in {clock(monotonic() - begun)} minutes on {cores} cores"
    print(f"{took}; failed: {', '.join(failed)}" if failed else f"{took}; all passed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
