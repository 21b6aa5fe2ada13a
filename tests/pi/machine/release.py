"""Releases for a virtual Pi, whose emulated processor would need many minutes for pip's work."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.builds import built
from tests.install.debian import Debian, Mounts, in_memory
from tests.install.wheels import NEWER, PROJECT, build_wheel, copy_checkout, set_version

_SIZE = "1500M"
# Without dependencies, because those of the previous release are installed; otherwise like a real release.
_DEPENDS_ON_THE_RELEASE_BEFORE = """
[tool.hatch.build.targets.wheel.force-include]
"before.pth" = "before.pth"
"""


def make_newer(release: str, dependencies: Path, target: Path) -> None:
    """Build the next release's wheel, which takes its packages from a release that stays installed beside it.

    Args:
        release: name of the folder in /opt/facet/releases.
        dependencies: a wheelhouse with what builds it.
        target: the folder for the wheel.
    """
    with TemporaryDirectory() as temporary:
        checkout = Path(temporary, "newer")
        copy_checkout(checkout)
        set_version(checkout, NEWER)
        project = checkout / "pyproject.toml"
        text = project.read_text(encoding="utf-8")
        for name in ("dependencies", "gpio"):
            text, found = re.subn(rf"(?ms)^{name} = \[.*?\]$", f"{name} = []", text)
            assert found == 1, f"{project}: {name} is not there"
        (checkout / "provisioning/requirements.lock").unlink()
        project.write_text(text + _DEPENDS_ON_THE_RELEASE_BEFORE, encoding="utf-8")
        packages = f"/opt/facet/releases/{release}/lib/python3.11/site-packages\n"
        (checkout / "before.pth").write_text(packages, encoding="utf-8")
        build_wheel(checkout, dependencies, target)


def install_natively(wheel: Path, dependencies: Path, image: Path) -> str:
    """Let install.sh make a release's environment in a bookworm without systemd, and keep that and nothing else.

    In the virtual Pi, install.sh finds it whole, and does all the other steps.

    Args:
        wheel: of the release, alone in its folder.
        dependencies: the wheelhouse for it.
        image: a disk for /opt/facet of the virtual Pi is written to it.

    Returns:
        The name of the folder in /opt/facet/releases.
    """
    with TemporaryDirectory(dir=in_memory()) as temporary:
        mounts = Mounts(PROJECT, dependencies, wheel.parent, wheel.parent)
        debian = Debian((built("debian", "bookworm") / "root",), Path(temporary, "debian"), mounts)
        done = debian.install("--offline", "/wheelhouse", "--wheel", f"/wheelhouse/{wheel.name}")
        assert done.returncode == 0, done.stdout
        content = Path(temporary, "content")
        shutil.move(debian.changes / "opt/facet/releases", content / "releases")
        (release,) = (content / "releases").iterdir()
        # It has not passed its trial, which needs systemd.
        (release / ".trusted").unlink(missing_ok=True)
        command: list[str | Path] = ["mke2fs", "-q", "-t", "ext4", "-m", "0", "-L", "facet"]
        command += ["-O", "^has_journal", "-d", content, image, _SIZE]
        subprocess.run(command, check=True)
        return release.name
