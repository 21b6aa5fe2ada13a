"""The status LED on gpiozero's mock factory, and in a whole node."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias

import pytest
from gpiozero.pins.mock import MockFactory, MockPin
from paho.mqtt import publish

from device.cli.demo.broker import HOST, PROTOCOL, EmbeddedBroker
from device.cli.demo.node import Node
from device.cli.demo.portrait import write_portrait
from device.config import Config, LedSettings
from device.errors import PinError
from device.gpio.led import StatusLed, probe
from device.gpio.led_patterns import Status
from tests.clock import Clock

PATIENCE = 10.0  # seconds, for what must come
SILENCE = 0.5  # seconds, for what must not: more than a quick blink

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
    with closing(StatusLed(LED, factory=lambda: pins)) as led:
        led.show(Status.BUSY)
        pin = pins.pin(23)
        for level in (True, False, True, False):
            wait_for_level(pin, level=level)
        led.show(Status.READY)
        wait_for_level(pin)
        assert changes(pin, SILENCE) == 0


def test_it_blinks_slowly_until_it_is_told_what_to_show(pins: Pins) -> None:
    """A node that starts is not ready yet."""
    with closing(StatusLed(LED, factory=lambda: pins)):
        for level in (True, False, True):
            wait_for_level(pins.pin(23), level=level)


def test_an_led_between_3v3_and_pin_is_lit_by_a_low_level(pins: Pins) -> None:
    """And dark, that is high, at the end."""
    with closing(StatusLed(LedSettings(pin=23, active_high=False), factory=lambda: pins)) as led:
        led.show(Status.READY)
        wait_for_level(pins.pin(23), level=False)
        assert changes(pins.pin(23), SILENCE) == 0
    assert pins.pin(23).states[-1].state


def test_closing_leaves_it_dark_and_gives_the_pin_back(pins: Pins) -> None:
    """Whatever it showed, and no thread stays."""
    led = StatusLed(LED, factory=lambda: pins)
    led.show(Status.READY)
    wait_for_level(pins.pin(23))
    led.close()
    assert not pins.pin(23).state
    probe(LED, factory=lambda: pins)
    assert "facet-led" not in {thread.name for thread in threading.enumerate()}


def test_without_an_led_nothing_is_started() -> None:
    """Such a node needs neither gpiozero nor a thread."""

    def no_factory() -> Pins:
        raise AssertionError

    with closing(StatusLed(None, factory=no_factory)) as led:
        led.show(Status.READY)
        led.retry()
        assert led.fault is None


def test_a_pin_that_cannot_be_had_is_a_fault_that_heals(pins: Pins) -> None:
    """The node runs without it, tries again after a while, and then shows what it was told last."""
    clock = Clock()
    broken = True

    def factory() -> Pins:
        if broken:
            message = "the pins are away"
            raise PinError(message)
        return pins

    with closing(StatusLed(LED, clock=clock, factory=factory, jitter=lambda: 0.0)) as led:
        led.show(Status.READY)
        broken = False
        led.retry()  # not yet time to
        assert led.fault == "the pins are away"
        clock.seconds += 1.0
        led.retry()
        assert led.fault is None
        wait_for_level(pins.pin(23))
        assert changes(pins.pin(23), SILENCE) == 0


def test_a_pin_in_use_is_named(pins: Pins) -> None:
    """The fault says which setting, which pin, and what to look for."""
    named = pytest.raises(PinError, match=r"^led: pin 23 cannot be used: .*no other program")
    with closing(StatusLed(LED, factory=lambda: pins)), named:
        probe(LED, factory=lambda: pins)


class StuckPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin that cannot be written for a while."""

    may_write = threading.Event()

    def _set_state(self, value: bool) -> None:
        assert self.may_write.wait(PATIENCE)
        super()._set_state(value)


def test_a_pin_that_hangs_holds_up_nobody() -> None:
    """What the node wants to show is told while the LED's thread still waits for the pin."""
    StuckPin.may_write.set()
    pins = MockFactory(pin_class=StuckPin)
    with closing(pins), closing(StatusLed(LED, factory=lambda: pins)) as led:
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
    """It is in the log, and the LED stands still: an exception that leaves a thread would end the process."""
    pins = MockFactory(pin_class=BrokenPin)
    with closing(StatusLed(LED, factory=lambda: pins)) as led:
        wait_for_level(pins.pin(23))
        led.show(Status.BUSY)
    assert "GPIO is gone" in caplog.text
    assert "the LED stands still" in caplog.text


def test_a_node_shows_whether_it_is_ready_busy_or_private(
    pins: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault until it has its broker, busy while it answers a press, and privacy at once."""
    shown: SimpleQueue[Status] = SimpleQueue()

    class Recorded(StatusLed):
        def __init__(self, settings: LedSettings | None) -> None:
            super().__init__(settings, factory=lambda: pins)

        def show(self, status: Status) -> None:
            shown.put(status)
            super().show(status)

    def expect(status: Status) -> None:
        while shown.get(timeout=PATIENCE * 6) is not status:
            pass

    monkeypatch.setattr("device.node.wiring.StatusLed", Recorded)
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
            expect(Status.READY)
            node.press()
            expect(Status.BUSY)
            expect(Status.READY)
            publish.single("facet/facet/set/privacy", "ON", hostname=HOST, port=broker.port)
            expect(Status.PRIVACY)
            node.press()
            time.sleep(SILENCE)
    while not shown.empty():
        assert shown.get() is Status.PRIVACY
    assert not pins.pin(23).state
