"""A Debian to install on: a tree that is shared, and below it what this one has changed."""

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
    """Return a folder in memory for temporary files, where there is one; installations wear a disk, and wait for it."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - temporary names are not guessed


@dataclass(frozen=True, slots=True)
class Shelf:
    """What lies beside a Debian, read-only.

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
        lower: the trees that it is made of, the uppermost first; they stay as they are.
        folder: for what this one changes.
        shelf: what lies beside it.

    Attributes:
        changes: the tree of what was changed; a deleted file is a device in it, see overlayfs.
    """

    def __init__(self, lower: tuple[Path, ...], folder: Path, shelf: Shelf) -> None:
        self._lower = lower
        self._folder = folder
        self._shelf = shelf
        self.changes = folder / "changes"
        for name in ("changes", "work", "root"):
            (folder / name).mkdir(parents=True)

    def branch(self, folder: Path) -> Debian:
        """Make another one, which starts as this one is now; this one may not be used any more."""
        return Debian((self.changes, *self._lower), folder, self._shelf)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in a separate process group; its output goes into one pipe."""
        shelf = self._shelf
        return subprocess.Popen(
            [
                str(_BASH),
                str(self._folder),
                ":".join(map(str, self._lower)),
                str(shelf.project),
                f"{shelf.newer}:{shelf.wheelhouse}",
                str(shelf.broken),
                *command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; what it says on either stream is stdout."""
        process = self.start(*command)
        said, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, said)

    def install(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the checkout's install.sh."""
        return self.run(_INSTALLER, *arguments)

    def kill_after(self, seconds: float, *command: str) -> bool:
        """Kill a command and all that it started; return whether it was still at work."""
        process = self.start(*command)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return True
        return False

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Put a file into it."""
        file = self.changes / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def snapshot(self) -> dict[str, tuple[object, ...]]:
        """Describe all that was changed up to now: path to mode, owner, times, and content.

        Whatever is written to later, or loses or gains an attribute, differs in it or is new in it, because overlayfs
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
