"""`python -m device.updates.release.make_lock`, by scripts/lock: lets uv choose, and writes lock files for pip.

uv lists every file of a package. Here only the wheels stay that fit a system of lock.SYSTEMS, so that a node builds no
package, which would run whatever program the package brings for that.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from device.errors import UpdateError
from device.system.atomic_write import atomic_write
from device.system.program import run_program
from device.updates.release.lock import SYSTEMS, Pin, System, pins_for

PROJECT = Path(__file__).resolve().parents[3]
REQUIREMENTS = "requirements.lock"
"""What a node installs."""
BUILD = "build.lock"
"""What makes a wheel of a checkout, which install.sh does on the node."""

# uv does not believe a package that says with which Python it ends; pip does. 1.3 ends with 3.10.
_CONSTRAINTS = "backports-strenum<1.3\n"
_HEADER = """\
# Made by scripts/lock; do not edit it. It serves every Python and processor that install.sh accepts:
# pip install --require-hashes --no-deps --requirement {name}
"""


def make_lock(pylock: str, name: str, systems: Sequence[System] = SYSTEMS) -> str:
    """Return a lock file.

    Args:
        pylock: what `uv pip compile --universal --format pylock.toml` wrote.
        name: the lock file's.
        systems: those that it has to serve.

    Raises:
        UpdateError: a package has no wheel for a system that needs it.
    """
    document = tomllib.loads(pylock)
    always = f"python_full_version >= '{document['requires-python'].removeprefix('>=')}'"
    pins = [pin for package in document["packages"] for pin in _pin(package, always, systems)]
    return _HEADER.format(name=name) + "".join(f"{pin}\n" for pin in pins)


def _pin(package: dict[str, Any], always: str, systems: Sequence[System]) -> Iterator[Pin]:
    # uv repeats in each marker what holds for all of them.
    marker = package.get("marker", "").removeprefix(always).removeprefix(" and ")
    wanted = f"{package['name']}=={package['version']}"
    requirement = Requirement(f"{wanted} ; {marker}" if marker else wanted)
    needed = [system for system in systems if pins_for([Pin(requirement, ())], system)]
    wheels = {_file_name(wheel): wheel["hashes"]["sha256"] for wheel in package.get("wheels", ())}
    tags = {name: parse_wheel_filename(name)[3] for name in wheels}
    fitting = {name for system in needed for name, theirs in tags.items() if theirs & system.tags}
    for system in needed:
        if not any(tags[name] & system.tags for name in fitting):
            message = (
                f"{wanted} has no wheel for {system}; "
                "limit its version in pyproject.toml, or take that system from the ones that are promised"
            )
            raise UpdateError(message)
    if needed:
        yield Pin(requirement, tuple(sorted(wheels[name] for name in fitting)))


def _file_name(wheel: dict[str, Any]) -> str:
    return unquote(PurePosixPath(urlsplit(wheel.get("url") or wheel["path"]).path).name)


def overrides(project: dict[str, Any]) -> str:
    """Return requirements that take the place of the project's, without what Debian gives to 32-bit ARM.

    Of such a package pyproject.toml allows other versions there. A lock file that named one of these would keep pip
    from being content with Debian's, and there is no wheel of it.
    """
    [arm] = [system for system in SYSTEMS if system.machine == "armv7l"]
    wanted = [Requirement(text) for text in project["project"]["dependencies"]]
    here = [each for each in wanted if each.marker and each.marker.evaluate(arm.marker_values)]
    names = {each.name for each in here}
    return "".join(f"{each}\n" for each in wanted if each.name in names and each not in here)


def _resolve(requirements: str, project: dict[str, Any], name: str) -> str:
    """Let uv choose the newest versions that fit together, and return the lock file."""
    with tempfile.TemporaryDirectory(prefix="facet-lock-") as work:
        files = {
            "wanted.in": requirements,
            "override": overrides(project),
            "constraint": _CONSTRAINTS,
        }
        for file, text in files.items():
            Path(work, file).write_text(text, encoding="utf-8")
        python = project["project"]["requires-python"].removeprefix(">=")
        ended = subprocess.run(  # noqa: S603 - uv of this environment
            [
                *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal"),
                *(f"--python-version={python}", "--override=override", "--constraint=constraint"),
                *("--format=pylock.toml", "--output-file=pylock.toml", "wanted.in"),
            ],
            cwd=work,
            check=False,
        )
        if ended.returncode != 0:
            message = f"uv finds no versions for {name} that fit together; see above"
            raise UpdateError(message)
        return make_lock(Path(work, "pylock.toml").read_text(encoding="utf-8"), name)


def write_locks(folder: Path) -> list[Path]:
    """Write both lock files of the project into a folder.

    Raises:
        UpdateError: uv finds no versions that fit together, or a package has no wheel for a system that needs it.
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    node = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["gpio"],
    ]
    wanted = {REQUIREMENTS: node, BUILD: project["build-system"]["requires"]}
    written = []
    for name, requirements in wanted.items():
        path = folder / name
        atomic_write(path, _resolve("\n".join(requirements), project, name), mode=0o644)
        written.append(path)
    return written


def main() -> None:
    """Write them where install.sh looks for them."""
    for path in write_locks(PROJECT / "provisioning"):
        sys.stdout.write(f"{path.relative_to(PROJECT)} is written\n")


if __name__ == "__main__":
    run_program(main)
