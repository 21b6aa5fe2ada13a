"""What a virtual Pi is given on a stick: install.sh, wheels of Facet and all they need, and a film for its camera."""

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


def fill(stick: Path, image: Path) -> None:
    """Put all of it into an empty folder, and write the disk for /opt/facet."""
    dependencies = built("wheelhouse", "bookworm")
    with TemporaryDirectory() as temporary:
        wheel = build_wheel(PROJECT, dependencies, Path(temporary))
        release = install_natively(wheel, dependencies, image)
        shutil.copytree(dependencies, stick / "wheelhouse")
        shutil.copy2(wheel, stick / "wheelhouse")
    make_newer(release, dependencies, stick / "newer")
    shutil.copytree(PROJECT / "provisioning", stick / "provisioning")
    (stick / "frames").write_bytes(film())


def film() -> bytes:
    """Return pictures of a portrait, 640x480 YUYV, one after the other, each with its own noise."""
    with TemporaryDirectory() as folder:
        portrait = cv2.imread(str(write_portrait(Path(folder))))
    assert portrait is not None
    random = np.random.default_rng(0)
    noisy = (portrait + random.normal(0, _NOISE, portrait.shape) for _ in range(_FRAMES))
    frames = (np.clip(frame, 0, 255).astype(np.uint8) for frame in noisy)
    return b"".join(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_YUY2).tobytes() for frame in frames)
