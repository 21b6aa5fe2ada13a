"""Pins through gpiozero, on its mock factory: from a level to a trigger, and faults that go away."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Literal

import pytest

from device.config import ButtonSettings, TriggerSettings
from device.errors import PinError
from device.gpio.pins import reject_stub
from device.observation import Source
from device.triggers import PinReport, Triggers, probe
from tests.clock import Clock
from tests.triggers.conftest import Pins, Start, Waiting
from tests.triggers.reports import BUTTON, MOTION, PATIENCE, SILENCE, sources


def thread_names() -> set[str]:
    """Return the names of all threads that run."""
    return {thread.name for thread in threading.enumerate()}


def test_a_press_becomes_a_trigger(start: Start, pins: Pins, waiting: Waiting) -> None:
    """A button to ground, pulled up: low is pressed."""
    start(BUTTON)
    pins.pin(17).drive_low()
    assert sources(waiting) is Source.BUTTON


@pytest.mark.parametrize(
    ("pull", "active_state", "is_high_when_pressed"),
    [
        ("up", "auto", False),  # a contact to ground
        ("down", "auto", True),  # a contact to 3.3 V
        ("up", "high", True),  # a contact to ground that opens when pressed
        ("down", "low", False),  # a contact to 3.3 V that opens when pressed
        ("none", "low", False),  # a resistor outside
        ("none", "high", True),
    ],
)
def test_every_wiring_of_a_button_works(
    start: Start,
    pins: Pins,
    waiting: Waiting,
    pull: Literal["up", "down", "none"],
    active_state: Literal["auto", "low", "high"],
    is_high_when_pressed: bool,
) -> None:
    """A press triggers and a release does not, whatever level means which."""
    pin = pins.pin(17)
    press, release = pin.drive_low, pin.drive_high
    if is_high_when_pressed:
        press, release = release, press
    button = ButtonSettings(pin=17, pull=pull, active_state=active_state, debounce=0)
    start(TriggerSettings(button=button))
    release()
    press()
    assert sources(waiting) is Source.BUTTON
    release()
    assert sources(waiting, SILENCE) is None


def test_a_chattering_contact_is_one_press(pins: Pins, waiting: Waiting) -> None:
    """Twenty changes at once, then down: one trigger."""
    clock = Clock()
    with Triggers(BUTTON, waiting.put, clock=clock, factory=lambda: pins):
        for _ in range(20):
            pins.pin(17).drive_low()
            pins.pin(17).drive_high()
        pins.pin(17).drive_low()
        clock.seconds += 1.0
        assert sources(waiting) is Source.BUTTON
        assert sources(waiting, SILENCE) is None


def test_a_short_push_is_not_a_hold(start: Start, pins: Pins, waiting: Waiting) -> None:
    """A button that must be held for ten seconds does not answer to a push."""
    start(TriggerSettings(button=ButtonSettings(pin=17, hold=10)))
    pins.pin(17).drive_low()
    assert sources(waiting, SILENCE) is None


def test_motion_becomes_a_trigger(start: Start, pins: Pins, waiting: Waiting) -> None:
    """A sensor that is high while something moves; within the cool-down it triggers once."""
    start(MOTION)
    pins.pin(27).drive_high()
    assert sources(waiting) is Source.MOTION
    pins.pin(27).drive_low()
    pins.pin(27).drive_high()
    assert sources(waiting, SILENCE) is None


def test_motion_is_disarmed_and_armed_while_running(
    start: Start, pins: Pins, waiting: Waiting
) -> None:
    """Home Assistant's switch has its effect at once."""
    triggers = start(MOTION)
    assert triggers.is_motion_armed
    triggers.is_motion_armed = False
    pins.pin(27).drive_high()
    assert sources(waiting, SILENCE) is None
    triggers.is_motion_armed = True
    pins.pin(27).drive_low()
    pins.pin(27).drive_high()
    assert sources(waiting) is Source.MOTION


def test_the_cool_down_is_set_while_running(start: Start, pins: Pins, waiting: Waiting) -> None:
    """Home Assistant's number has its effect from the next motion on."""
    triggers = start(MOTION)
    assert triggers.motion_cool_down == 30
    triggers.motion_cool_down = 0.0
    for _ in range(2):
        pins.pin(27).drive_high()
        assert sources(waiting) is Source.MOTION
        pins.pin(27).drive_low()


def test_without_pins_nothing_is_started() -> None:
    """A node without button and sensor needs neither gpiozero nor a thread."""

    def no_factory() -> Pins:
        raise AssertionError

    put = SimpleQueue[PinReport]().put
    with Triggers(TriggerSettings(), put, factory=no_factory) as triggers:
        assert triggers.faults == ()
        assert "facet-pins" not in thread_names()
        assert not triggers.is_motion_armed
    assert probe(TriggerSettings(), factory=no_factory) == []


def test_a_consumer_that_fails_does_not_end_the_thread(
    pins: Pins, caplog: pytest.LogCaptureFixture
) -> None:
    """The next press is tried again, and the failure is in the log."""
    waiting: Waiting = SimpleQueue()
    has_failed = threading.Event()

    def put(report: PinReport) -> None:
        if not has_failed.is_set():
            has_failed.set()
            message = "full"
            raise RuntimeError(message)
        waiting.put(report)

    with Triggers(BUTTON, put, factory=lambda: pins):
        pins.pin(17).drive_low()
        assert has_failed.wait(PATIENCE)
        pins.pin(17).drive_high()
        assert sources(waiting, SILENCE) is None
        pins.pin(17).drive_low()
        assert sources(waiting) is Source.BUTTON
    assert "full" in caplog.text


def test_a_pin_that_cannot_be_claimed_is_a_fault_until_it_can(pins: Pins, waiting: Waiting) -> None:
    """The node runs without it, tries again after a while, and then triggers."""
    clock = Clock()
    is_broken = True

    def factory() -> Pins:
        if is_broken:
            message = "the pins are gone"
            raise PinError(message)
        return pins

    with Triggers(
        BUTTON, waiting.put, clock=clock, factory=factory, jitter=lambda: 0.0
    ) as triggers:
        assert triggers.faults == ("the pins are gone",)
        is_broken = False
        assert not triggers.retry()  # not yet time
        clock.seconds += 2.0
        assert triggers.retry()
        assert not triggers.faults
        pins.pin(17).drive_low()
        clock.seconds += 2.0
        pins.pin(17).drive_high()
        assert sources(waiting) is Source.BUTTON


def test_a_trigger_does_nothing_before_it_is_started(pins: Pins, waiting: Waiting) -> None:
    """Its constructor claims no pin and starts no thread."""
    Triggers(BUTTON, waiting.put, factory=lambda: pins)
    assert probe(BUTTON, factory=lambda: pins) == []
    assert "facet-pins" not in thread_names()


def test_probe_claims_the_pins_and_gives_them_back(pins: Pins) -> None:
    """`facet check` leaves no pin claimed."""
    both = TriggerSettings(button=BUTTON.button, motion=MOTION.motion)
    assert probe(both, factory=lambda: pins) == []
    assert probe(both, factory=lambda: pins) == []


def test_a_pin_in_use_is_named(start: Start, pins: Pins) -> None:
    """The fault names the setting, the pin, and what to check."""
    start(BUTTON)
    (fault,) = probe(BUTTON, factory=lambda: pins)
    assert fault.startswith("triggers.button: pin 17 cannot be used: ")
    assert "no other program" in fault


def test_closing_gives_the_pins_back(pins: Pins, waiting: Waiting) -> None:
    """After close they can be claimed again, a press does not trigger, and no thread is left."""
    with Triggers(BUTTON, waiting.put, factory=lambda: pins):
        assert "facet-pins" in thread_names()
    assert "facet-pins" not in thread_names()
    pins.pin(17).drive_low()
    assert sources(waiting, SILENCE) is None
    assert probe(BUTTON, factory=lambda: pins) == []


def test_the_empty_package_named_lgpio_is_recognised() -> None:
    """On Python 3.13 pip installs a stub: the error names the next step."""
    with pytest.raises(PinError, match=r"empty stub.*apt install python3-lgpio"):
        reject_stub(ModuleType("lgpio"))


def test_a_machine_without_pins_says_so_and_leaves_no_files_behind(tmp_path: Path) -> None:
    """With the real library on a machine that is not a Pi: one clear fault, no traceback, no files left."""
    program = (
        "import os\n"
        "from device.config import ButtonSettings, TriggerSettings\n"
        "from device.triggers import probe\n"
        "print(probe(TriggerSettings(button=ButtonSettings(pin=17)))[0])\n"
        "print(os.environ['GPIOZERO_PIN_FACTORY'], os.listdir())\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "GPIOZERO_PIN_FACTORY"}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    fault, rest = run.stdout.splitlines()
    assert fault.startswith("GPIO: ")
    assert "facet-node[gpio]" in fault or "Pins need a Raspberry Pi" in fault
    assert rest == "lgpio []"
