"""Which tier starts when."""

from __future__ import annotations

import pytest

from tests.tiers.plan import Interpreters, plan
from tests.tiers.schedule import Tier, hopeless, startable, wanted

BUILD = Tier("build", "true", 1)
TEST = Tier("test", "true", 1, needs=("build",))
WAITS = Tier("waits", "true", 1, cores=0.5)
WIDE = Tier("wide", "true", 1, cores=8)
QUIET = Tier("quiet", "true", 1, needs_quiet=True)
EVERYWHERE = [
    Interpreters("3.11", {"3.11": "/usr/bin/python3.11"}),
    Interpreters("3.13", {"3.13": "/usr/bin/python3.13"}),
    Interpreters("3.11", {"3.11": "/usr/bin/python3.11", "3.13": "python3.13"}),
]


def test_the_most_urgent_start_while_there_are_cores() -> None:
    """What waits for something takes half a core, and two of them take the place of one that computes."""
    other, last = Tier("other", "true", 1), Tier("last", "true", 1)
    assert startable([BUILD, other, last], [], [], cores=2) == [BUILD, other]
    assert startable([other, last, WAITS], [WAITS], [], cores=2) == [other, WAITS]


def test_a_tier_waits_for_what_it_needs() -> None:
    """It is not enough that this runs."""
    assert startable([TEST], [BUILD], [], cores=2) == []
    assert startable([TEST], [], ["build"], cores=2) == [TEST]


def test_a_tier_wider_than_the_machine_starts_on_an_idle_one() -> None:
    """Or it would never start."""
    assert startable([WIDE], [WAITS], [], cores=2) == []
    assert startable([WIDE], [], [], cores=2) == [WIDE]


def test_nothing_runs_beside_what_measures_time() -> None:
    """Neither what ran before, nor what could start now."""
    assert startable([QUIET], [WAITS], [], cores=2) == []
    assert startable([WAITS, QUIET], [], [], cores=2) == [WAITS]
    assert startable([QUIET, WAITS], [], [], cores=2) == [QUIET]
    assert startable([WAITS], [QUIET], [], cores=2) == []


def test_what_needs_a_failed_tier_is_given_up() -> None:
    """Also through others; the rest goes on."""
    after = Tier("after", "true", 1, needs=("test",))
    assert hopeless([after, WAITS, TEST], ["build"]) == [after, TEST]
    assert hopeless([after, WAITS, TEST], []) == []


def test_a_name_brings_what_it_needs() -> None:
    """In the order of all of them."""
    assert wanted([WAITS, BUILD, TEST], ["test"]) == [BUILD, TEST]
    assert wanted([WAITS, BUILD, TEST], []) == [WAITS, BUILD, TEST]


def test_an_unknown_name_is_rejected_with_those_that_are_known() -> None:
    """So a typing error does not pass for a green run."""
    with pytest.raises(ValueError, match="no tier 'tset'; allowed: build, test"):
        wanted([BUILD, TEST], ["tset"])


@pytest.mark.parametrize("interpreters", EVERYWHERE)
def test_every_tier_of_the_plan_can_start(interpreters: Interpreters) -> None:
    """Names are unique, and what a tier needs is there, and nothing needs itself."""
    tiers = plan(interpreters)
    names = [tier.name for tier in tiers]
    assert len(set(names)) == len(names)
    waiting, passed = tiers, list[str]()
    while waiting:
        started = startable(waiting, [], passed, cores=2)
        assert started, [tier.name for tier in waiting]
        waiting = [tier for tier in waiting if tier not in started]
        passed += [tier.name for tier in started]


@pytest.mark.parametrize("interpreters", EVERYWHERE)
def test_every_marked_tier_of_pytest_is_in_the_plan(
    interpreters: Interpreters, request: pytest.FixtureRequest
) -> None:
    """Whoever adds a tier that the fast tests leave out adds it here too."""
    [fast] = [part for part in request.config.getini("addopts") if part.startswith("-m=not")]
    left_out = fast.removeprefix("-m=not (").removesuffix(")").split(" or ")
    commands = "\n".join(tier.command for tier in plan(interpreters))
    assert len(left_out) > 8
    assert [name for name in left_out if name not in commands] == []
