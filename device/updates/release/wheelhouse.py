"""`python -m device.updates.release.wheelhouse`: what scripts/wheelhouse runs, for nodes that have no network.

pip takes other files than this machine's, but markers it compares with this machine alone. So the lock file is reduced
to what the other system needs before pip reads it.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from device.errors import UpdateError
from device.system.program import run_program
from device.updates.release.lock import SYSTEMS, System, pins_for, read_lock
from device.updates.release.make_lock import BUILD, PROJECT, REQUIREMENTS

app = typer.Typer(pretty_exceptions_enable=False)


def find_system(python: str, machine: str) -> System:
    """Return one of those that install.sh accepts.

    Args:
        python: for instance "3.13".
        machine: as `uname --machine` says it.

    Raises:
        UpdateError: it is none of them.
    """
    for system in SYSTEMS:
        if (".".join(map(str, system.python)), system.machine) == (python, machine):
            return system
    known = "; ".join(map(str, SYSTEMS))
    message = f"there are no packages for Python {python} on {machine}; there are for {known}"
    raise UpdateError(message)


def requirements(lock: str, system: System) -> str:
    """Return what a system takes from a lock file, without markers."""
    pins = pins_for(read_lock(lock), system)
    for pin in pins:
        pin.requirement.marker = None
    return "".join(f"{pin}\n" for pin in pins)


def fill(folder: Path, system: System) -> None:
    """Put the packages of both lock files into a folder, and the wheel of this checkout.

    Raises:
        UpdateError: pip or uv cannot; they have printed why.
    """
    with tempfile.TemporaryDirectory(prefix="facet-wheelhouse-") as work:
        wanted = Path(work, "requirements.txt")
        texts = [
            (PROJECT / "provisioning" / name).read_text("utf-8") for name in (REQUIREMENTS, BUILD)
        ]
        for text in texts:
            wanted.write_text(requirements(text, system), encoding="utf-8")
            _run(
                *("pip", "--quiet", "--disable-pip-version-check", "download", "--dest", folder),
                *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
                *("--python-version", ".".join(map(str, system.python))),
                *(f"--platform={name}" for name in system.platforms),
                *("--requirement", wanted),
            )
    _run(
        *("uv", "build", "--quiet", "--wheel", "--no-create-gitignore", "--out-dir", folder),
        *("--build-constraints", PROJECT / "provisioning" / BUILD, "--require-hashes", PROJECT),
    )


def _run(*arguments: str | Path) -> None:
    ended = subprocess.run([sys.executable, "-m", *arguments], check=False)  # noqa: S603 - programs of this environment
    if ended.returncode != 0:
        message = f"{arguments[0]} ended with {ended.returncode}; see above"
        raise UpdateError(message)


@app.command()
def main(
    folder: Path,
    python: Annotated[
        str, typer.Argument(help="The node's Python: 3.11 on Debian 12, 3.13 on Debian 13.")
    ] = f"{sys.version_info.major}.{sys.version_info.minor}",
    machine: Annotated[str, typer.Argument(help="The node's processor.")] = platform.machine(),
) -> None:
    """Fill FOLDER with all that install.sh --offline needs on a node; without more words, on one like this machine."""
    fill(folder, find_system(python, machine))
    typer.echo(f"{folder} has {len(list(folder.glob('*.whl')))} wheels")


if __name__ == "__main__":
    run_program(app)
