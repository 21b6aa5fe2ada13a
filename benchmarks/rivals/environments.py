"""Each rival's own environment, made once from files with exact versions, below the user's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from platformdirs import user_cache_path

from benchmarks.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]
"""Of the checkout."""

_FILES = Path(__file__).parent / "environments"
_PYTHON = "3.11"  # the oldest that Facet supports; every rival has wheels for it
_COMPLETE = "complete"
_SHOWN_LINES = 15  # of what an installer said
# From where pip would take them, see scripts/packages; the files name everything, also what a rival asks for by another
# name: face_recognition wants a dlib that is built from source.
_INSTALL = """
source scripts/packages && follow_pip "$1" &&
"$1" -m uv venv --quiet --python "$2" "$3" &&
"$1" -m uv pip install --quiet --no-cache --no-deps --compile-bytecode --python "$3/bin/python" --requirement "$4"
"""


def cache() -> Path:
    """Return the folder of all environments: facet-benchmarks in $XDG_CACHE_HOME, or in ~/.cache."""
    return user_cache_path("facet-benchmarks")


class Environment(Protocol):
    """Where a rival runs."""

    @property
    def name(self) -> str:
        """For messages."""

    def install(self) -> None:
        """Make it, unless it is there.

        Raises:
            BenchmarkError: something that it needs cannot be had.
        """

    def command(self, program: str, *arguments: str) -> list[str]:
        """Return how a program of benchmarks/rivals/programs is started."""


@dataclass(frozen=True, slots=True)
class Own:
    """The environment that this benchmark runs in: the node's."""

    name: str = "facet"

    def install(self) -> None:
        """It is there."""

    def command(self, program: str, *arguments: str) -> list[str]:
        """Return how a module is started."""
        return [sys.executable, "-m", f"benchmarks.rivals.programs.{program}", *arguments]


@dataclass(frozen=True, slots=True)
class Python:
    """Made from environments/NAME/requirements.txt.

    Attributes:
        name: of the folder, and in messages.
        avoided_by: what else to type where it cannot be made; empty for an environment of a rival.
    """

    name: str
    avoided_by: str = ""

    @property
    def interpreter(self) -> Path:
        """Its Python."""
        return self._folder / "bin" / "python"

    @property
    def _folder(self) -> Path:
        return _folder(self.name, [self.requirements])

    @property
    def requirements(self) -> Path:
        """The file with the exact version of everything."""
        return _FILES / self.name / "requirements.txt"

    def install(self) -> None:
        """See Environment."""
        arguments = [sys.executable, _PYTHON, str(self._folder), str(self.requirements)]
        _install(
            self.name,
            self._folder,
            ["bash", "-c", _INSTALL, "bash", *arguments],
            {"UV_PYTHON_DOWNLOADS": "never"},
            avoided_by=self.avoided_by,
        )

    def command(self, program: str, *arguments: str) -> list[str]:
        """See Environment."""
        return [str(self.interpreter), "-m", f"benchmarks.rivals.programs.{program}", *arguments]


@dataclass(frozen=True, slots=True)
class Node:
    """Made from environments/NAME/package.json and package-lock.json; no package runs while it is installed."""

    name: str

    @property
    def _folder(self) -> Path:
        return _folder(self.name, self._files)

    @property
    def _files(self) -> list[Path]:
        return [_FILES / self.name / name for name in ("package.json", "package-lock.json")]

    def install(self) -> None:
        """See Environment."""
        if shutil.which("npm") is None:
            message = (
                f"the rival {self.name} needs Node.js 18 or newer with npm, and npm is not there; install them, or "
                f"leave it out: --without {self.name}"
            )
            raise BenchmarkError(message)
        with tempfile.TemporaryDirectory() as downloads:
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            _install(
                self.name,
                self._folder,
                [*command, "--cache", downloads, "--prefix", str(self._folder)],
                {},
                self._files,
            )

    def command(self, program: str, *arguments: str) -> list[str]:
        """See Environment."""
        script = Path(__file__).parent / "programs" / f"{program}.cjs"
        return ["node", str(script), str(self._folder), *arguments]


def _folder(name: str, files: Sequence[Path]) -> Path:
    """Return the folder of an environment: another one when its files change."""
    digest = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return cache() / f"{name}-{digest[:12]}"


def _install(
    name: str,
    folder: Path,
    command: Sequence[str],
    variables: Mapping[str, str],
    copied: Sequence[Path] = (),
    avoided_by: str = "",
) -> None:
    if (folder / _COMPLETE).exists():
        return
    for older in cache().glob(f"{name}-*"):
        shutil.rmtree(older)
    if copied:
        folder.mkdir(parents=True)
        for file in copied:
            shutil.copy(file, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.strip().splitlines()[-_SHOWN_LINES:])
        message = (
            f"what {name} needs cannot be installed into {folder}:\n{said}\n"
            f"Correct that, or do without: {avoided_by or f'--without {name}'}"
        )
        raise BenchmarkError(message)
    (folder / _COMPLETE).touch()
