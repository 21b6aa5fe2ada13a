"""The userlands that tests/pi/arm/build makes, with the product in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = ("trixie-arm64", "bookworm-arm64", "bookworm-armhf")
_BUILD = Path(__file__).with_name("build")
_LOCK = Path(__file__).resolve().parents[3] / "provisioning/requirements.lock"
"""Without what comes from Debian on 32-bit; pip_check() holds it against what the product asks for."""


@dataclass(frozen=True, slots=True)
class Userland:
    """One system's files on disk, for a processor that is not ours.

    Attributes:
        name: one of SYSTEMS.
        root: the system's /.
        folder: a folder in it, for the packages and pictures of this run.
    """

    name: str
    root: Path
    folder: Path

    def inside(self, path: Path) -> str:
        """Return a path of ours, below root, as the system sees it."""
        return f"/{path.relative_to(self.root)}"

    def run(self, *command: str, path: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the system; Python's packages are found in the folder, and in path."""
        return subprocess.run(
            ["chroot", self.root, *command],
            env={
                "HOME": "/root",
                "LANG": "C.UTF-8",
                "PATH": "/usr/bin:/usr/sbin",
                "PYTHONPATH": f"{self.inside(self.folder)}:{path}",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, wheel: Path) -> None:
        """Install what the lock file names for this system, and the product, as install.sh does it.

        The system's own interpreter says what fits it; uv does the work, because pip takes minutes
        under emulation.

        Raises:
            subprocess.CalledProcessError: not everything has a wheel for this system.
        """
        locked = ("--require-hashes", "--only-binary", ":all:", "--requirement", _LOCK)
        for what in (locked, (wheel,)):
            subprocess.run(
                [
                    *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", *what),
                    *("--python", self.root / "usr/bin/python3", "--target", self.folder),
                ],
                env={**os.environ, "QEMU_LD_PREFIX": str(self.root)},
                check=True,
            )

    def pip_check(self) -> subprocess.CompletedProcess[str]:
        """Let the system's own pip say what is missing or does not fit."""
        (pip,) = (self.root / "usr/share/python-wheels").glob("pip-*.whl")
        return self.run("python3", "-m", "pip", "check", path=self.inside(pip))


@contextmanager
def userland(name: str) -> Iterator[Userland]:
    """Give one of SYSTEMS, without the product; a minute when it is not built yet.

    Raises:
        AssertionError: it cannot be built.
    """
    built = subprocess.run([_BUILD, name], stdout=subprocess.PIPE, text=True, check=False)
    assert built.returncode == 0, f"{_BUILD} {name} fails; see above for its reasons"
    root = Path(built.stdout.strip()) / "root"
    folder = Path(tempfile.mkdtemp(prefix="facet-", dir=root / "tmp"))
    try:
        yield Userland(name, root, folder)
    finally:
        shutil.rmtree(folder)
