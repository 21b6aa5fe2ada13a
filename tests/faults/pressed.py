"""`facet`, on a machine whose pins are simulated: each line on standard input presses the button once.

    python -m tests.faults.pressed run -c facet.yaml

Everything from the pin on is the node's own. The broker may be away, as it may for a button on a wall.
"""

from __future__ import annotations

import os
import sys
import threading

from gpiozero import Device

from device.cli import main

PIN = 17
DEBOUNCE = 0.01
"""Seconds, for the node's configuration."""


def _press_on_each_line() -> None:
    pin = Device.pin_factory.pin(f"GPIO{PIN}")
    # time.sleep() fails under libfaketime, which mistakes the clock that it sleeps by.
    never = threading.Event()
    for _ in sys.stdin:
        pin.drive_low()
        never.wait(3 * DEBOUNCE)
        pin.drive_high()
        never.wait(3 * DEBOUNCE)


if __name__ == "__main__":
    os.environ["GPIOZERO_PIN_FACTORY"] = "mock"
    Device.ensure_pin_factory()
    threading.Thread(target=_press_on_each_line, daemon=True).start()
    main()
