"""The USB drive of a virtual Pi: install.sh, the wheels of Facet and of its dependencies, and a film for the camera."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from device.cli.demo.portrait import write_portrait
from tests.builds import built
from tests.install.wheels import PROJECT, build_wheel
from tests.pi.machine.release import install_natively, make_newer

_FRAMES = 20
_NOISE = 2.0  # levels of 256; without any, a camera counts as frozen


def fill(usb_drive: Path, image: Path) -> None:
    """Put all of it into an empty folder, and write the disk for /opt/facet."""
    dependencies = built("wheelhouse", "bookworm")
    with TemporaryDirectory() as temporary:
        wheel = build_wheel(PROJECT, dependencies, Path(temporary))
        release = install_natively(wheel, dependencies, image)
        shutil.copytree(dependencies, usb_drive / "wheelhouse")
        shutil.copy2(wheel, usb_drive / "wheelhouse")
    make_newer(release, dependencies, usb_drive / "newer")
    shutil.copytree(PROJECT / "provisioning", usb_drive / "provisioning")
    (usb_drive / "frames").write_bytes(film())


def film() -> bytes:
    """Return pictures of a portrait, 640x480 YUYV, one after the other, each with its own noise."""
    with TemporaryDirectory() as folder:
        portrait = cv2.imread(str(write_portrait(Path(folder))))
    assert portrait is not None
    random = np.random.default_rng(0)
    noisy = (portrait + random.normal(0, _NOISE, portrait.shape) for _ in range(_FRAMES))
    frames = (np.clip(frame, 0, 255).astype(np.uint8) for frame in noisy)
    return b"".join(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_YUY2).tobytes() for frame in frames)
