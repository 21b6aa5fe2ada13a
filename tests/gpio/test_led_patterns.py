"""Which status the LED shows, and that people can distinguish them."""

from __future__ import annotations

from itertools import combinations
from math import inf

import pytest

from device.gpio.led_patterns import RHYTHMS, Rhythm, Status, choose_status


@pytest.mark.parametrize(
    ("is_private", "is_busy", "is_faulty", "shown"),
    [
        (False, False, False, Status.READY),
        (False, False, True, Status.FAULT),
        (False, True, False, Status.BUSY),
        (
            False,
            True,
            True,
            Status.BUSY,
        ),  # a press is answered, with the reason for having no picture
        (True, False, False, Status.PRIVACY),
        (True, False, True, Status.PRIVACY),  # without the broker the promise still holds
        (True, True, False, Status.PRIVACY),  # the answer to a press is that the camera is off
        (True, True, True, Status.PRIVACY),
    ],
)
def test_privacy_comes_first_then_a_press_then_a_fault(
    is_private: bool, is_busy: bool, is_faulty: bool, shown: Status
) -> None:
    """Every combination."""
    status = choose_status(is_private=is_private, is_busy=is_busy, is_faulty=is_faulty)
    assert status is shown


def test_no_status_is_dark() -> None:
    """A dark LED means that the node does not run."""
    assert set(RHYTHMS) == set(Status)
    for rhythm in RHYTHMS.values():
        assert any(lit for lit, _ in rhythm)


@pytest.mark.parametrize(("one", "other"), list(combinations(RHYTHMS, 2)))
def test_each_two_can_be_distinguished_without_colour(one: Status, other: Status) -> None:
    """One of them stays lit, or dark, at least ten times as long as the other."""
    lit, dark = (
        [_seconds(RHYTHMS[status], lit=lit) for status in (one, other)] for lit in (True, False)
    )
    assert max(lit) >= 10 * min(lit) or max(dark) >= 10 * min(dark)


def _seconds(rhythm: Rhythm, *, lit: bool) -> float:
    return sum(inf if seconds is None else seconds for is_lit, seconds in rhythm if is_lit is lit)
