"""Tiers as processes: how they end, and what is reported."""

from __future__ import annotations

from io import StringIO

import pytest

from tests.tiers.__main__ import table
from tests.tiers.runner import Outcome, closing_line, run
from tests.tiers.schedule import Status, Tier

_PATIENCE = 60.0


def outcomes(*tiers: Tier, cores: float = 2, seconds: float = _PATIENCE) -> dict[str, Outcome]:
    """Run tiers, and return how they ended by name."""
    return {outcome.tier.name: outcome for outcome in run(tiers, cores, seconds, StringIO())}


def test_what_a_tier_wrote_is_shown_when_it_ends() -> None:
    """Both of its streams, between lines that name it."""
    out = StringIO()
    run([Tier("talks", "echo one; echo two >&2", 60)], 2, _PATIENCE, out)
    assert "===== talks =====\none\ntwo\n===== talks: passed in " in out.getvalue()


def test_a_failure_does_not_keep_the_others_from_running() -> None:
    """Only what needs it is not run, and does not count as a success."""
    ended = outcomes(
        Tier("fails", "false; echo never", 60),
        Tier("needs it", "true", 60, needs=("fails",)),
        Tier("other", "true", 60),
    )
    assert {name: outcome.status for name, outcome in ended.items()} == {
        "fails": Status.FAILED,
        "needs it": Status.NOT_RUN,
        "other": Status.PASSED,
    }


def test_a_failure_in_a_pipe_is_a_failure() -> None:
    """As in the demo, whose output goes into a check."""
    assert outcomes(Tier("pipe", "false | cat", 60))["pipe"].status is Status.FAILED


def test_a_tier_is_ended_after_its_budget_with_all_that_it_started() -> None:
    """And the others go on."""
    ended = outcomes(Tier("hangs", "sleep 1000 & sleep 1000", 1), Tier("next", "true", 60), cores=1)
    assert ended["hangs"].status is Status.TIMED_OUT
    assert ended["hangs"].seconds < 30
    assert ended["next"].status is Status.PASSED


def test_at_the_end_of_all_time_the_rest_is_reported_as_not_run() -> None:
    """The table comes before CI ends the run."""
    tiers = Tier("hangs", "sleep 1000", 1000), Tier("waits", "true", 60, cores=2)
    ended = outcomes(*tiers, cores=1, seconds=1)
    assert ended["hangs"].status is Status.TIMED_OUT
    assert ended["waits"].status is Status.NOT_RUN


def test_processor_time_is_that_of_all_that_a_tier_ran() -> None:
    """The command itself is only a shell."""
    count = "python3 -c 'import time\nwhile time.process_time() < 0.3: pass'"
    assert outcomes(Tier("counts", count, 60))["counts"].cpu_seconds >= 0.3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("....\n1464 passed in 48.01s\n", "1464 passed in 48.01s"),
        ("= 2 failed, 3 passed in 1.2s (0:00:01) =", "2 failed, 3 passed in 1.2s (0:00:01)"),
        ("== 87 passed, 1377 deselected in 6.4s ==", "87 passed, 1377 deselected in 6.4s"),
        ("nothing of this kind", ""),
    ],
)
def test_pytests_last_line_is_found(text: str, said: str) -> None:
    """With -q it stands alone, otherwise between signs."""
    assert closing_line(text) == said


def test_the_table_has_a_line_for_each_tier_in_the_order_of_their_starts() -> None:
    """Seconds and processor time next to the budget."""
    late = Outcome(Tier("late", "", 10), Status.FAILED, 70.0, 5.4, 9.6, "1 failed in 5.00s")
    early = Outcome(Tier("early", "", 20), Status.PASSED, 0.0, 61.0, 3.0)
    assert table([late, early]).splitlines() == [
        "tier   status  start  seconds  CPU  budget  pytest",
        "early  passed  0:00   61       3    20",
        "late   FAILED  1:10   5        10   10      1 failed in 5.00s",
    ]
