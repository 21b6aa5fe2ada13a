"""The back-off grows, is bounded, and is spread by jitter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.system.backoff import FIRST_DELAY, LONGEST_DELAY, Retry, backoff
from tests.clock import Clock


def test_the_delay_doubles_up_to_a_minute() -> None:
    """Without jitter: 2, 4, 8 ... 60 seconds."""
    assert [backoff(n, 0.0) for n in range(1, 8)] == [2, 4, 8, 16, 32, 60, 60]
    assert [backoff(n, 0.0, 10.0) for n in range(1, 6)] == [2, 4, 8, 10, 10]


def test_jitter_takes_away_up_to_half() -> None:
    """Two nodes that failed together come back apart, at the first attempt as at later ones."""
    assert [backoff(1, jitter) for jitter in (0.0, 0.5, 1.0)] == [2.0, 1.5, 1.0]
    assert [backoff(3, jitter) for jitter in (0.0, 0.5, 1.0)] == [8.0, 6.0, 4.0]


@given(failures=st.integers(1, 10**9), jitter=st.floats(0, 1))
def test_the_delay_stays_within_bounds(failures: int, jitter: float) -> None:
    """However long it has failed."""
    assert FIRST_DELAY / 2 <= backoff(failures, jitter) <= LONGEST_DELAY


@pytest.mark.parametrize(("failures", "jitter"), [(0, 0.0), (1, -0.1), (1, 1.1)])
def test_senseless_arguments_are_rejected(failures: int, jitter: float) -> None:
    """Programming errors are not hidden."""
    with pytest.raises(ValueError, match="failures is at least 1"):
        backoff(failures, jitter)


def test_what_failed_is_tried_at_once_and_then_less_often() -> None:
    """Due at the beginning, and again when the delay for that number of failures has passed."""
    clock = Clock()
    retry = Retry(clock, lambda: 0.0)
    for delay in (2, 4, 8):
        assert retry.is_due
        retry.failed()
        clock.seconds += delay - 0.5
        assert not retry.is_due
        clock.seconds += 0.5
    assert retry.is_due
