"""What changes all the time is shown as far as that means anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from device.node.steady import LastingAlarm, SteadyMoment, SteadyNumber, SteadyVitals
from device.system.vitals import Vitals

_START = datetime(2026, 11, 24, 18, 0, 0, 250_000, tzinfo=UTC)


def test_a_number_follows_what_has_really_changed() -> None:
    """From what was shown, not from what was read last: a slow change adds up."""
    steady = SteadyNumber(2.0)
    assert [steady.shown(reading) for reading in (50.4, 51.9, 52.0, 53.9, 50.1, None, 50.1)] == [
        50, 50, 52, 52, 52, None, 50,
    ]  # fmt: skip


def test_each_vital_sign_has_its_own_step() -> None:
    """Six decibels are noise's end, two degrees and two percent as well."""
    steady = SteadyVitals()
    first = Vitals(cpu_temperature=50.0, wifi_signal=-60.0, disk_free=40.0)
    assert steady.shown(first) == first
    noise = Vitals(cpu_temperature=51.4, wifi_signal=-65.0, disk_free=38.5)
    assert steady.shown(noise) == first
    changed = Vitals(cpu_temperature=52.0, wifi_signal=-66.0, disk_free=38.0)
    assert steady.shown(changed) == changed
    assert steady.shown(Vitals()) == Vitals()


def test_an_alarm_shows_at_once_and_for_a_while() -> None:
    """Also one that lasted for a moment."""
    alarm = LastingAlarm(600)
    assert alarm.shown(is_on=False, now=0) is False
    assert alarm.shown(is_on=True, now=10) is True
    assert alarm.shown(is_on=False, now=609) is True
    assert alarm.shown(is_on=False, now=610) is False


def test_an_alarm_that_comes_and_goes_is_one() -> None:
    """A supply that is too weak fails at every burst; a row in a database each time would fill it."""
    alarm = LastingAlarm(600)
    shown = {alarm.shown(is_on=second % 60 == 0, now=second) for second in range(3600)}
    assert shown == {True}


def test_an_alarm_that_nobody_can_tell_is_unknown() -> None:
    """Not off: nobody has looked."""
    assert LastingAlarm(600).shown(is_on=None, now=0) is None


def test_a_moment_stays_while_the_clock_drifts_and_moves_when_it_is_set() -> None:
    """A Raspberry Pi learns the time from the network after it has started."""
    steady = SteadyMoment()
    start = _START.replace(microsecond=0)
    assert steady.shown(_START) == start
    assert steady.shown(_START + timedelta(seconds=59)) == start
    later = _START + timedelta(days=90)
    assert steady.shown(later) == later.replace(microsecond=0)
