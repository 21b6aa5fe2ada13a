"""When a change of level is a trigger, at times that are handed in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.triggers.decisions import Level, Motion, Press

DOWN, UP = True, False


def presses(
    edges: list[tuple[float, bool]],
    *,
    debounce: float = 0.05,
    hold: float = 0.0,
    is_pressed: bool = False,
    until: float = 100.0,
) -> list[float]:
    """Return when presses counted while the level changed as in edges, rounded to microseconds."""
    press = Press(debounce=debounce, hold=hold, is_pressed=is_pressed)
    counted: list[float] = []
    for at, is_active in [*edges, (until, UP)]:
        due = press.due
        if press.poll(at):
            assert due is not None
            counted.append(round(due, 6))
        press.edge(at, is_active=is_active)
    return counted


@pytest.mark.parametrize(
    ("edges", "counted"),
    [
        ([], []),
        ([(1.0, DOWN), (2.0, UP)], [1.05]),  # a clean press
        ([(1.0, DOWN), (1.01, UP), (1.02, DOWN), (2.0, UP)], [1.07]),  # bounces when pressed
        ([(1.0, DOWN), (2.0, UP), (2.01, DOWN), (2.02, UP)], [1.05]),  # bounces when released
        ([(1.0, DOWN), (2.0, UP), (2.01, DOWN), (3.0, UP)], [1.05]),  # a broken contact
        ([(1.0, DOWN), (1.004, UP)], []),  # a spike on the cable
        ([(1.0, DOWN), (1.5, UP), (2.0, DOWN), (2.5, UP)], [1.05, 2.05]),  # two presses
        ([(1.0, DOWN), (9.0, UP)], [1.05]),  # one press, however long
        ([(1.0, DOWN), (2.0, DOWN), (3.0, UP)], [1.05, 2.05]),  # the release was not seen
    ],
)
def test_a_press_is_distinguished_from_bouncing_and_spikes(
    edges: list[tuple[float, bool]], counted: list[float]
) -> None:
    """A press counts once, when the level has been steady for the debounce time."""
    assert presses(edges) == counted


@pytest.mark.parametrize(
    ("released", "counted"),
    [
        (3.1, [3.0]),  # held for long enough
        (2.9, []),  # released too early
    ],
)
def test_a_hold_counts_while_the_button_is_still_down(
    released: float, counted: list[float]
) -> None:
    """With hold the press counts when that time has passed, not on release."""
    assert presses([(1.0, DOWN), (released, UP)], hold=2.0) == counted


def test_without_debounce_a_press_counts_at_once() -> None:
    """Zero is allowed, for contacts that are debounced by hardware."""
    assert presses([(1.0, DOWN), (1.001, UP)], debounce=0.0) == [1.0]


def test_a_press_counts_once_even_if_nobody_looks_before_the_release() -> None:
    """On a busy machine; a spike counts no more than otherwise."""
    press = Press(debounce=0.05, hold=0.0, is_pressed=False)
    press.edge(1.0, is_active=True)
    press.edge(1.06, is_active=False)
    assert press.due is not None
    assert [press.poll(1.2), press.poll(1.3)] == [True, False]
    press.edge(2.0, is_active=True)
    press.edge(2.04, is_active=False)
    assert press.due is None
    assert not press.poll(2.2)


def test_a_button_that_is_down_at_the_start_counts_only_after_release() -> None:
    """A stuck button, or a finger during a restart, is not a trigger; the next press is."""
    assert presses([(1.0, UP), (2.0, DOWN), (3.0, UP)], is_pressed=True) == [2.05]


@given(
    st.lists(st.tuples(st.floats(0.001, 5.0), st.booleans()), max_size=60),
    st.floats(0.01, 0.5),
    st.floats(0.0, 2.0),
)
def test_presses_are_never_closer_than_debounce_and_hold_together(
    steps: list[tuple[float, bool]], debounce: float, hold: float
) -> None:
    """Whatever a contact does, two presses are at least that far apart."""
    edges: list[tuple[float, bool]] = []
    for pause, active in steps:
        edges.append(((edges[-1][0] if edges else 0.0) + pause, active))
    counted = presses(edges, debounce=debounce, hold=hold, until=1000.0)
    apart = [later - earlier for earlier, later in pairwise(counted)]
    assert all(gap >= max(debounce, hold) - 1e-5 for gap in apart)


def test_motion_triggers_at_once_and_not_again_in_the_cool_down() -> None:
    """Five motions in a minute, with a cool-down of 30 seconds, are two triggers."""
    motion = Motion(cool_down=30.0, is_armed=True)
    fired = []
    for at in (0.0, 10.0, 29.9, 30.0, 59.9):
        motion.edge(at, is_active=True)
        if motion.poll(at):
            fired.append(at)
        motion.edge(at + 1.0, is_active=False)
    assert fired == [0.0, 30.0]


def test_motion_is_polled_once() -> None:
    """One motion, one trigger."""
    motion = Motion(cool_down=0.0, is_armed=True)
    motion.edge(1.0, is_active=True)
    assert [motion.poll(1.0), motion.poll(1.0)] == [True, False]
    assert motion.due is None


def test_disarmed_motion_does_not_trigger_nor_cool_down() -> None:
    """Motion while it is disarmed has no effect: once it is armed again, the next motion triggers."""
    motion = Motion(cool_down=30.0, is_armed=False)
    motion.edge(1.0, is_active=True)
    assert not motion.poll(1.0)
    motion.is_armed = True
    motion.edge(2.0, is_active=True)
    assert motion.poll(2.0)


def test_a_new_cool_down_holds_from_the_next_motion_on() -> None:
    """Home Assistant's number shortens it without a restart."""
    motion = Motion(cool_down=3600.0, is_armed=True)
    motion.edge(1.0, is_active=True)
    assert motion.poll(1.0)
    motion.cool_down = 5.0
    motion.edge(10.0, is_active=True)
    assert motion.poll(10.0)


PAUSE = 0.5


def reports(levels: list[tuple[float, bool]], until: float = 100.0) -> list[tuple[float, bool]]:
    """Return when which level was reported, as the thread of the pins asks: at each edge, and when one is due."""
    level = Level(pause=PAUSE)
    found: list[tuple[float, bool]] = []

    def poll(now: float) -> None:
        if level.poll(now):
            assert level.is_active is not None
            found.append((round(now, 6), level.is_active))

    for at, is_active in levels:
        while level.due is not None and level.due < at:
            poll(level.due)
        poll(at)
        level.edge(at, is_active=is_active)
    while level.due is not None and level.due < until:
        poll(level.due)
    return found


@pytest.mark.parametrize(
    ("levels", "reported"),
    [
        ([], []),
        ([(1.0, False)], [(1.0, False)]),  # found at the start
        ([(1.0, False), (2.0, True), (5.0, False)], [(1.0, False), (2.0, True), (5.0, False)]),
        ([(1.0, True), (2.0, True)], [(1.0, True)]),  # nothing new
        ([(1.0, True), (1.1, False)], [(1.0, True), (1.5, False)]),  # the last level gets through
        ([(1.0, False), (1.1, True), (1.2, False)], [(1.0, False)]),  # gone before it is time
    ],
)
def test_a_level_is_reported_at_once_and_the_next_one_after_a_pause(
    levels: list[tuple[float, bool]], reported: list[tuple[float, bool]]
) -> None:
    """What has not changed since the last report is not reported again."""
    assert reports(levels) == reported


def test_an_older_level_does_not_replace_a_newer_one() -> None:
    """The level that was read at the start may come after a change that followed it."""
    level = Level(pause=PAUSE)
    level.edge(2.0, is_active=True)
    level.edge(1.0, is_active=False)
    assert level.poll(2.0)
    assert level.is_active is True


@given(st.lists(st.tuples(st.floats(0.0, 2.0), st.booleans()), min_size=1, max_size=60))
def test_levels_are_never_reported_closer_than_the_pause_and_the_last_one_always(
    steps: list[tuple[float, bool]],
) -> None:
    """Whatever a cable picks up."""
    levels: list[tuple[float, bool]] = []
    for pause, is_active in steps:
        levels.append(((levels[-1][0] if levels else 0.0) + pause, is_active))
    reported = reports(levels, until=1000.0)
    assert all(later - earlier >= PAUSE - 1e-5 for (earlier, _), (later, _) in pairwise(reported))
    assert reported[-1][1] is levels[-1][1]
