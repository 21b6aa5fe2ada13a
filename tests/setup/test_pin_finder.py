"""The pin that is pressed is found, on gpiozero's simulated pins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any, Literal

import pytest
from gpiozero.pins.mock import MockFactory

from device.errors import PinError
from device.gpio.pins import claim_input
from device.setup.pin_finder import PinFinder

_PATIENCE = 30.0


@pytest.fixture
def pins() -> Iterator[Any]:
    """Simulated pins."""
    factory = MockFactory()
    yield factory
    factory.close()


def _found(pins: Any, pull: Literal["up", "down"], *levels: tuple[int, bool]) -> int | None:  # noqa: ANN401
    """Return what is found while pins change one after the other, each True for high.

    The clock goes on by hundredths of a second, one at each look at it, however long the machine takes in between.
    """
    clock = partial(next, count(step=0.01))
    with PinFinder(pull, clock=clock, factory=lambda: pins) as finder:
        for number, is_high in levels:
            pin = pins.pin(number)
            (pin.drive_high if is_high else pin.drive_low)()
        return finder.wait(0.3)


@pytest.mark.parametrize("number", [2, 17, 27])
def test_a_button_to_ground_is_found(pins: Any, number: int) -> None:  # noqa: ANN401
    """The pin goes low while it is pressed."""
    assert _found(pins, "up", (number, False)) == number


def test_a_sensor_is_found(pins: Any) -> None:  # noqa: ANN401
    """The pin goes high."""
    assert _found(pins, "down", (4, True)) == 4


def test_a_spike_on_another_pin_is_no_press(pins: Any) -> None:  # noqa: ANN401
    """It is over before the level is steady."""
    assert _found(pins, "up", (5, False), (5, True), (17, False)) == 17


def test_nothing_is_found_where_nobody_presses(pins: Any) -> None:  # noqa: ANN401
    """The page asks again."""
    with PinFinder("up", factory=lambda: pins) as finder:
        assert finder.wait(0.3) is None


def test_a_wait_ends_when_it_is_not_wanted_any_more(pins: Any) -> None:  # noqa: ANN401
    """The node starts, and claims its pins."""
    with PinFinder("up", factory=lambda: pins) as finder:
        assert finder.wait(_PATIENCE * 1000, lambda: False) is None


def test_a_press_is_found_while_the_finder_waits(pins: Any) -> None:  # noqa: ANN401
    """As it is when somebody walks to the button."""
    with PinFinder("up", factory=lambda: pins) as finder:
        timer = threading.Timer(0.1, pins.pin(22).drive_low)
        timer.start()
        assert finder.wait(_PATIENCE) == 22
        timer.join()


def test_a_pin_in_use_is_left_out_and_all_are_given_back(pins: Any) -> None:  # noqa: ANN401
    """An LED's, for instance."""
    taken = pins.pin(17)
    claimed = claim_input(
        "other", 17, pull="up", is_active_low=True, factory=pins, changed=lambda _: None
    )
    assert _found(pins, "up", (18, False)) == 18
    claimed.close()
    taken.drive_high()
    assert _found(pins, "up", (18, True), (17, False)) == 17


def test_a_machine_without_pins_is_an_error() -> None:
    """Which says what to do."""

    def absent() -> Any:  # noqa: ANN401
        message = "GPIO: no pins"
        raise PinError(message)

    with pytest.raises(PinError, match="no pins"), PinFinder("up", factory=absent):
        pass
