"""The Home Assistants that tests/homeassistant/build makes, and which of them a test gets."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BUILD = Path(__file__).with_name("build")


class MirrorError(Exception):
    """The packages of the newest Home Assistant cannot be downloaded now."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One Home Assistant on disk."""

    folder: Path

    @property
    def version(self) -> str:
        """For instance "2026.11.0"."""
        return self.folder.name.split("-")[1]

    @property
    def program(self) -> Path:
        """Takes the folder of a configuration, and runs until SIGTERM."""
        return self.folder / "hass"

    @property
    def python(self) -> Path:
        """The interpreter of the floor version, in an environment with pytest."""
        return self.folder / "environment" / "bin" / "python"

    def icons(self) -> set[str]:
        """Return the names of the icons that its frontend has, such as "mdi:glasses"."""
        packages = "lib/python3.*/site-packages/hass_frontend/static/mdi/iconList.json"
        [listed] = (
            *self.folder.glob(f"environment/{packages}"),
            *self.folder.glob(f"root/opt/homeassistant/{packages}"),
        )
        return {f"mdi:{icon['name']}" for icon in json.loads(listed.read_bytes())}


@cache
def installation(edition: str) -> Installation:
    """Return the "newest" or the "floor" Home Assistant; takes minutes when it is not built yet.

    Raises:
        MirrorError: the newest cannot be built now; the cause is outside this project.
        AssertionError: it cannot be built.
    """
    built = subprocess.run([_BUILD, edition], stdout=subprocess.PIPE, text=True, check=False)
    # The mirror of packages that the newest needs does not deliver.
    if built.returncode == os.EX_TEMPFAIL:
        message = "the newest Home Assistant cannot be built: its package mirror fails"
        raise MirrorError(message)
    assert built.returncode == 0, f"{_BUILD} {edition} fails; see above for its reasons"
    return Installation(Path(built.stdout.strip()))
