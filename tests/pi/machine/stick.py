"""What a virtual Pi is given on a stick: install.sh, wheels of Facet and all they need, and a film for its camera."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from device import __version__
from device.demo.portrait import write_portrait

_ROOT = Path(__file__).resolve().parents[3]
_INTO_THE_WHEEL = ("pyproject.toml", "README.md", "LICENSE", "config.example.yaml")
_PYTHON = "3.11"
# Bookworm's C library is 2.36; pip wants each version that a wheel may be made for by its name.
_PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(17, 37)] + ["manylinux2014_x86_64"]
_FRAMES = 20
_NOISE = 2.0  # levels of 256; without any, a camera counts as frozen

NEWER, BROKEN = f"{__version__}.post1", f"{__version__}.post2"
"""Versions of Facet: the checkout under another name, and one whose node dies soon after its start."""

_DAMAGE = """

import threading, time


def _die():
    time.sleep(5)
    die("this release is broken")


threading.Thread(target=_die).start()
"""


def fill(stick: Path) -> None:
    """Put all of it into an empty folder; from the network, half a minute."""
    wheelhouse = stick / "wheelhouse"
    wheel = _build(_ROOT, wheelhouse)
    _pip(
        *("download", "--dest", str(wheelhouse), "--only-binary=:all:"),
        *("--python-version", _PYTHON),
        *(f"--platform={platform}" for platform in _PLATFORMS),
        # It depends on the Python, and pip asks the one that it runs on.
        *(f"{wheel}[gpio]", "lgpio"),
    )
    shutil.copytree(_ROOT / "provisioning", stick / "provisioning")
    _build_changed(stick / "newer", NEWER, "")
    _build_changed(stick / "broken", BROKEN, _DAMAGE)
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


def _build_changed(folder: Path, version: str, damage: str) -> None:
    with TemporaryDirectory() as temporary:
        source = Path(temporary)
        for name in _INTO_THE_WHEEL:
            shutil.copy(_ROOT / name, source)
        for name in ("device", "model", "provisioning", "docs"):
            shutil.copytree(_ROOT / name, source / name)
        package = source / "device" / "__init__.py"
        package.write_text(package.read_text().replace(f'"{__version__}"', f'"{version}"'))
        run = source / "device" / "run.py"
        run.write_text(run.read_text() + damage)
        _build(source, folder)


def _build(source: Path, folder: Path) -> Path:
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
    return next(folder.glob("facet_node-*.whl"))


def _pip(command: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", command, "--quiet", *arguments], check=True)
