"""A Debian to install on: a shared tree, and a layer with the changes of this one."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

_BASH = Path(__file__).with_name("enter")
_INSTALLER = "/project/provisioning/install.sh"


def in_memory() -> str | None:
    """Return a folder in memory for temporary files, if possible: installations wear a disk out and are slow on it."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - temporary names are not guessed


@dataclass(frozen=True, slots=True)
class Mounts:
    """The read-only folders that are mounted into a Debian.

    Attributes:
        project: the checkout, as /project.
        wheelhouse: the wheels of the dependencies, as /wheelhouse.
        newer: a folder with the next release's wheel, in /wheelhouse too.
        broken: a folder with a release's wheel that cannot work, as /broken.
    """

    project: Path
    wheelhouse: Path
    newer: Path
    broken: Path


class Debian:
    """A Debian without a network, whose /tmp and /run are fresh at every command, as after a start.

    Args:
        lower: the trees that it is made of, the uppermost first; they are not changed.
        folder: for the changes of this one.
        mounts: the read-only folders in it.

    Attributes:
        changes: the tree of what was changed; a deleted file is a device in it, see overlayfs.
    """

    def __init__(self, lower: tuple[Path, ...], folder: Path, mounts: Mounts) -> None:
        self._lower = lower
        self._folder = folder
        self._mounts = mounts
        self.changes = folder / "changes"
        for name in ("changes", "work", "root"):
            (folder / name).mkdir(parents=True)

    def branch(self, folder: Path) -> Debian:
        """Return a copy of the current state; this one must not be used any more."""
        return Debian((self.changes, *self._lower), folder, self._mounts)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in a separate process group; its output goes into one pipe."""
        mounts = self._mounts
        return subprocess.Popen(
            [
                str(_BASH),
                str(self._folder),
                ":".join(map(str, self._lower)),
                str(mounts.project),
                f"{mounts.newer}:{mounts.wheelhouse}",
                str(mounts.broken),
                *command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; the output of both streams is in stdout."""
        process = self.start(*command)
        output, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, output)

    def install(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the checkout's install.sh."""
        return self.run(_INSTALLER, *arguments)

    def kill_after(self, seconds: float, *command: str) -> bool:
        """Kill a command and all that it started; return whether it was still running."""
        process = self.start(*command)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return True
        return False

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file in it."""
        file = self.changes / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def snapshot(self) -> dict[str, tuple[object, ...]]:
        """Describe all that was changed up to now: path to mode, owner, times, and content.

        A file that is written to later, or whose attributes change, differs in it or is new in it, because overlayfs
        copies a file here before it is changed.
        """
        return {
            str(path.relative_to(self.changes)): _described(path)
            for path in sorted(self.changes.rglob("*"))
        }


def _described(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content: str | None = None
    if stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    return (oct(status.st_mode), status.st_uid, status.st_gid, status.st_mtime_ns, content)
