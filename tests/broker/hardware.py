"""`facet run` with a camera that fails in a way that a test chooses; everything else is the real node.

python -m tests.broker.hardware FAILURE run -c facet.yaml
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

import numpy as np

from device.camera.camera import Camera
from device.camera.source import FrameSource
from device.cli.run import run_until_signal
from device.config import CameraSettings, load
from device.node.hardware import Hardware
from device.node.timing import Timing
from device.observation import Frame, Image, utc_now
from device.system.logs import start_logging

SILENCE = 10.0
"""Seconds for which a read of the stuck camera blocks."""


class _Source:
    """A camera that is found, and whose read does what a test sets."""

    is_live = False
    check_interval = 60.0
    is_open = True

    def __init__(self, read: Callable[[], None], check: Callable[[], None]) -> None:
        self._read = read
        self._check = check

    def read(self, n: int, newer_than: float, released: Event) -> list[Frame]:
        """Fail, or give grey frames."""
        del newer_than, released
        self._read()
        return [Frame(np.full((48, 64, 3), 127, np.uint8), utc_now())] * n

    def check(self, released: Event) -> Image | None:
        """Fail, or find the camera."""
        del released
        self._check()
        return None

    def close(self) -> None:
        """Hold nothing."""


def _well() -> None:
    """Do nothing that fails."""


def _hang() -> None:
    time.sleep(1000)


def _be_stuck() -> None:
    time.sleep(SILENCE)


def _die() -> None:
    message = "unexpected"
    raise TypeError(message)


_FAILURES: Mapping[str, tuple[FrameSource, Timing]] = {
    "hangs": (_Source(_hang, _well), Timing(patience=2.0)),
    "is-stuck": (_Source(_be_stuck, _well), Timing()),
    "dies": (_Source(_well, _die), Timing()),
}


if __name__ == "__main__":
    source, timing = _FAILURES[sys.argv[1]]

    def _camera(settings: CameraSettings) -> Camera:
        return Camera(
            lambda: source,
            settings,
            description=f"(one that {sys.argv[1]})",
            clock=time.monotonic,
            jitter=lambda: 0.0,
        )

    start_logging("info")
    path = Path(sys.argv[-1])
    run_until_signal(lambda: load(path), hardware=Hardware(camera=_camera), timing=timing)
