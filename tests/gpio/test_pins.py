"""A pin is given back, also where lgpio says at first that it is busy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from device.gpio.pins import InputPin, claim_input
from device.setup.pin_finder import PinFinder

_NUMBER = 17


class BusyPin(MockPin):  # type: ignore[misc]
    """A simulated pin that cannot be closed at first, as lgpio's when the machine is busy."""

    refusals = 0

    def close(self) -> None:
        """Refuse, or close it."""
        if type(self).refusals:
            type(self).refusals -= 1
            message = "'GPIO busy'"
            raise Exception(message)  # noqa: TRY002 - lgpio's own error has no other class
        super().close()


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Simulated pins of which the first that is closed refuses twice."""
    factory = MockFactory(pin_class=BusyPin)
    monkeypatch.setattr(BusyPin, "refusals", 2)
    yield factory
    BusyPin.refusals = 0
    factory.close()


def _claimed(factory: Any) -> InputPin:  # noqa: ANN401 - gpiozero's
    return claim_input(
        "triggers.button",
        _NUMBER,
        pull="up",
        is_active_low=True,
        factory=factory,
        changed=lambda _is_active: None,
    )


def test_a_pin_that_is_busy_for_a_moment_is_given_back(busy: Any) -> None:  # noqa: ANN401
    """Whoever wants it next can claim it."""
    _claimed(busy).close()
    _claimed(busy).close()
    assert BusyPin.refusals == 0


def test_a_pin_that_stays_busy_ends_nothing(
    busy: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The node ends without it, and says so."""
    monkeypatch.setattr(BusyPin, "refusals", 100)
    monkeypatch.setattr("device.gpio.pins._CLOSING_PAUSES", (0.0, 0.0))
    pin = _claimed(busy)
    with caplog.at_level(logging.WARNING):
        pin.close()
    assert "stay claimed until the node ends: 'GPIO busy'" in caplog.text
    monkeypatch.setattr(BusyPin, "refusals", 0)
    pin.close()


def test_a_pin_that_was_found_is_said_although_it_is_busy(busy: Any) -> None:  # noqa: ANN401
    """And all pins are given back."""
    with PinFinder("up", factory=lambda: busy) as finder:
        busy.pin(_NUMBER).drive_low()
        assert finder.wait(30.0) == _NUMBER
    _claimed(busy).close()
