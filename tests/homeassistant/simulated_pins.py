"""`facet run` on a machine whose pins are simulated; everything else is the real node.

python -m tests.homeassistant.simulated_pins run -c facet.yaml

Whoever writes "17 low" into the named pipe `pins` beside the configuration changes the level of a pin.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory

from device.cli.run import run_until_signal
from device.config import load
from device.node.hardware import Hardware
from device.system.logs import start_logging
from device.triggers import Triggers

PIPE = "pins"


def _drive(pins: Any, pipe: Path) -> None:  # noqa: ANN401 - gpiozero has no types
    while True:
        for line in pipe.read_text().splitlines():
            number, level = line.split()
            pin = pins.pin(int(number))
            pin.drive_high() if level == "high" else pin.drive_low()


if __name__ == "__main__":
    start_logging("info")
    configuration = Path(sys.argv[-1])
    pipe = configuration.with_name(PIPE)
    with suppress(FileExistsError):
        os.mkfifo(pipe)
    factory = MockFactory()
    threading.Thread(target=_drive, args=(factory, pipe), daemon=True).start()
    run_until_signal(
        lambda: load(configuration),
        hardware=Hardware(triggers=partial(Triggers, factory=lambda: factory)),
    )
