"""The status LED on gpiozero's mock factory, and in a whole node."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from device.cli.demo.broker import HOST, PROTOCOL, EmbeddedBroker
from device.cli.demo.node import Node
from device.cli.demo.portrait import write_portrait
from device.config import Config, LedSettings
from device.errors import PinError
from device.gpio.led import StatusLed, probe
from device.gpio.led_patterns import Status
from device.gpio.pins import default_factory
from device.mqtt.listener import Listener
from tests.clock import Clock

PATIENCE = 30.0  # seconds, for what must come
SILENCE = 0.5  # seconds, for what must not: more than a quick blink
FAULT_PHASE = 1.1  # seconds: longer than an LED that shows a fault stays lit or dark

LED = LedSettings(pin=23)

# gpiozero has no types.
Pins: TypeAlias = Any
Pin: TypeAlias = Any


@pytest.fixture
def pins() -> Iterator[Pins]:
    """Simulated pins."""
    factory = MockFactory()
    yield factory
    factory.close()


def wait_for_level(pin: Pin, *, level: bool = True) -> None:
    """Wait until a pin has a level."""
    end = time.monotonic() + PATIENCE
    while pin.state != level:
        assert time.monotonic() < end
        time.sleep(0.01)


def changes(pin: Pin, seconds: float) -> int:
    """Return how often a pin's level changes in a while."""
    before = len(pin.states)
    time.sleep(seconds)
    return len(pin.states) - before


def test_ready_is_steady_and_busy_blinks(pins: Pins) -> None:
    """From one to the other and back."""
    with StatusLed(LED, factory=lambda: pins) as led:
        led.show(Status.BUSY)
        pin = pins.pin(23)
        for level in (True, False, True, False):
            wait_for_level(pin, level=level)
        led.show(Status.READY)
        wait_for_level(pin)
        assert changes(pin, SILENCE) == 0


def test_it_blinks_slowly_until_a_status_is_set(pins: Pins) -> None:
    """A node that starts is not ready yet."""
    with StatusLed(LED, factory=lambda: pins):
        for level in (True, False, True):
            wait_for_level(pins.pin(23), level=level)


def test_an_led_between_3v3_and_pin_is_lit_by_a_low_level(pins: Pins) -> None:
    """At the end it is dark, which is a high level."""
    with StatusLed(LedSettings(pin=23, active_high=False), factory=lambda: pins) as led:
        led.show(Status.READY)
        wait_for_level(pins.pin(23), level=False)
        assert changes(pins.pin(23), SILENCE) == 0
    assert pins.pin(23).states[-1].state


def test_closing_leaves_it_dark_and_gives_the_pin_back(pins: Pins) -> None:
    """Whatever it showed, and no thread is left."""
    with StatusLed(LED, factory=lambda: pins) as led:
        led.show(Status.READY)
        wait_for_level(pins.pin(23))
    assert not pins.pin(23).state
    probe(LED, factory=lambda: pins)
    assert "facet-led" not in {thread.name for thread in threading.enumerate()}


def test_without_an_led_nothing_is_started() -> None:
    """Such a node needs neither gpiozero nor a thread."""

    def no_factory() -> Pins:
        raise AssertionError

    with StatusLed(None, factory=no_factory) as led:
        led.show(Status.READY)
        led.retry()
        assert led.fault is None


def test_a_pin_that_cannot_be_claimed_is_a_fault_until_it_can(pins: Pins) -> None:
    """The node runs without it, tries again after a while, and then shows the last status."""
    clock = Clock()
    is_broken = True

    def factory() -> Pins:
        if is_broken:
            message = "the pins are gone"
            raise PinError(message)
        return pins

    with StatusLed(LED, clock=clock, factory=factory, jitter=lambda: 0.0) as led:
        led.show(Status.READY)
        is_broken = False
        led.retry()  # not yet time
        assert led.fault == "the pins are gone"
        clock.seconds += 2.0
        led.retry()
        assert led.fault is None
        wait_for_level(pins.pin(23))
        assert changes(pins.pin(23), SILENCE) == 0


def test_a_pin_in_use_is_named(pins: Pins) -> None:
    """The fault names the setting, the pin, and what to check."""
    named = pytest.raises(PinError, match=r"^led: pin 23 cannot be used: .*no other program")
    with StatusLed(LED, factory=lambda: pins), named:
        probe(LED, factory=lambda: pins)


class StuckPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin that cannot be written for a while."""

    may_write = threading.Event()

    def _set_state(self, value: bool) -> None:
        assert self.may_write.wait(PATIENCE)
        super()._set_state(value)


def test_a_pin_that_hangs_delays_nobody() -> None:
    """The node sets a status while the LED's thread still waits for the pin."""
    StuckPin.may_write.set()
    pins = MockFactory(pin_class=StuckPin)
    with closing(pins), StatusLed(LED, factory=lambda: pins) as led:
        wait_for_level(pins.pin(23))
        StuckPin.may_write.clear()
        led.show(Status.BUSY)
        led.show(Status.READY)
        assert not StuckPin.may_write.is_set()
        StuckPin.may_write.set()
        wait_for_level(pins.pin(23))
        assert changes(pins.pin(23), SILENCE) == 0


class BrokenPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin that fails once it is lit."""

    def _set_state(self, value: bool) -> None:
        if self.state:
            message = "GPIO is gone"
            raise OSError(message)
        super()._set_state(value)


def test_a_pin_that_fails_does_not_end_the_node(caplog: pytest.LogCaptureFixture) -> None:
    """It is in the log, and the LED is stuck: an exception that leaves a thread would end the process."""
    pins = MockFactory(pin_class=BrokenPin)
    with StatusLed(LED, factory=lambda: pins) as led:
        wait_for_level(pins.pin(23))
        led.show(Status.BUSY)
    assert "GPIO is gone" in caplog.text
    assert "the LED is stuck" in caplog.text


@pytest.fixture
def default_pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pins]:
    """Simulated pins as those that a whole node finds."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    factory = default_factory()
    yield factory
    factory.close()
    Device.pin_factory = None


def wait_until_steady(pin: Pin, *, level: bool) -> None:
    """Wait until a pin has had a level for longer than any phase of FAULT and BUSY."""
    end = time.monotonic() + PATIENCE * 2
    changes, since = len(pin.states), time.monotonic()
    while pin.state != level or time.monotonic() - since < FAULT_PHASE:
        assert time.monotonic() < end
        if len(pin.states) != changes:
            changes, since = len(pin.states), time.monotonic()
        time.sleep(0.01)


def test_a_node_shows_whether_it_is_ready_busy_or_private(
    default_pins: Pins, tmp_path: Path
) -> None:
    """Steady once it is ready, a blink while it answers a press, and dark but for flashes with privacy."""
    pin = default_pins.pin(23)
    with EmbeddedBroker() as broker:
        config = Config.model_validate(
            {
                "node": {"state_directory": str(tmp_path / "state")},
                "mqtt": {"host": HOST, "port": broker.port, "protocol": PROTOCOL},
                "camera": {"source": str(write_portrait(tmp_path))},
                "led": {"pin": 23},
            }
        )
        with Node(config) as node:
            wait_until_steady(pin, level=True)
            before = len(pin.states)
            # A quick answer may be over before the LED's thread has run.
            while len(pin.states) == before:
                node.press()
                time.sleep(0.1)
            assert not pin.states[before].state
            wait_until_steady(pin, level=True)
            with Listener(config.mqtt, "facet/facet/status") as owner:
                owner.publish("facet/facet/set/privacy", "ON")
            wait_until_steady(pin, level=False)
            node.press()
            # A flash is two changes; busy would be ten in a second.
            assert changes(pin, 1.0) <= 2
    assert not pin.state
