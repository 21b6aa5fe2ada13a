"""What a virtual Pi is given on a stick: install.sh, wheels of Facet and all they need, and a film for its camera."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import cv2
import numpy as np

from device.demo.portrait import write_portrait
from tests.builds import built
from tests.install.wheels import BROKEN, NEWER, PROJECT, build_wheel, copy_checkout, set_version

_FRAMES = 20
_NOISE = 2.0  # levels of 256; without any, a camera counts as frozen

# It passes for a release until it runs. Without packages that it needs, emulation has it installed in a minute.
_BROKEN = {
    "pyproject.toml": f"""\
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"
        [project]
        name = "facet-node"
        version = "{BROKEN}"
        optional-dependencies = {{gpio = []}}
        scripts = {{facet = "device:main"}}
        [tool.hatch.build.targets.wheel]
        packages = ["device"]
        shared-data = {{"provisioning" = "share/facet/provisioning"}}
        """,
    "device/__init__.py": f"""\
        import sys
        def main():
            print("facet {BROKEN}")
            sys.exit("run" in sys.argv)
        """,
    "device/classify.py": """\
        def open_perception(settings, model): ...
        """,
    "device/config.py": """\
        class PerceptionSettings: ...
        class AttributeSettings:
            model = ""
        """,
}


def fill(stick: Path) -> None:
    """Put all of it into an empty folder."""
    dependencies = built("wheelhouse", "bookworm")
    wheelhouse = stick / "wheelhouse"
    shutil.copytree(dependencies, wheelhouse)
    build_wheel(PROJECT, dependencies, wheelhouse)
    shutil.copytree(PROJECT / "provisioning", stick / "provisioning")
    with TemporaryDirectory() as temporary:
        newer, broken = Path(temporary, "newer"), Path(temporary, "broken")
        copy_checkout(newer)
        set_version(newer, NEWER)
        build_wheel(newer, dependencies, stick / "newer")
        copy_checkout(broken)
        shutil.rmtree(broken / "device")
        (broken / "device").mkdir()
        for name, text in _BROKEN.items():
            (broken / name).write_text(dedent(text))
        build_wheel(broken, dependencies, stick / "broken")
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
