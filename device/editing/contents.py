"""What the node's two files are to hold, and how they get there: whoever owns them, and only both or neither."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from device.config.yaml.document import SECRETS
from device.errors import SettingsFileError
from device.system.atomic_write import atomic_write

BACKUP = ".before"
"""Ends the name of the copy of what the owner's file held before the last change."""

# Of a file that is not there yet.
_PRIVATE = 0o600
_GROUP_READS = 0o040
_NOT_OTHERS = 0o660


@dataclass(frozen=True, slots=True)
class Contents:
    """What the files are to hold.

    Attributes:
        settings: of the node's file.
        secrets: of secrets.yaml beside it; None leaves that as it is.
    """

    settings: str
    secrets: str | None = None

    def drafts(self, path: Path) -> dict[Path, bytes]:
        """Return them as what the configuration reads instead of the files.

        Args:
            path: of the node's file.
        """
        drafts = {path: self.settings.encode()}
        if self.secrets is not None:
            drafts[path.with_name(SECRETS)] = self.secrets.encode()
        return drafts


Write: TypeAlias = Callable[[Contents], None]
"""Replaces the files; raises SettingsFileError if it cannot."""


def write_contents(path: Path, contents: Contents) -> None:
    """Replace the files, each with its owner and its permissions, and keep what the node's file held before.

    The secrets come first: a power cut between the two leaves a node that starts with its old settings.

    Args:
        path: of the node's file; a link is followed.
        contents: what they are to hold.

    Raises:
        SettingsFileError: they cannot be written.
    """
    path = path.resolve()
    try:
        mode, owner = _mode_and_owner(path)
        if contents.secrets is not None:
            secrets = path.with_name(SECRETS)
            found = _mode_and_owner(secrets) if secrets.exists() else (mode & _NOT_OTHERS, owner)
            atomic_write(secrets, contents.secrets, mode=found[0], owner=found[1])
        if path.exists():
            before = path.with_name(f"{path.name}{BACKUP}")
            atomic_write(before, path.read_bytes(), mode=mode, owner=owner)
        atomic_write(path, contents.settings, mode=mode, owner=owner)
    except OSError as error:
        message = (
            f"{error.filename or path} cannot be written: {error.strerror}; "
            f"let this user write to {path.parent}, or change the file yourself"
        )
        raise SettingsFileError(message) from error


def _mode_and_owner(path: Path) -> tuple[int, tuple[int, int] | None]:
    if not path.exists():
        folder = path.parent.stat()
        if os.geteuid() != 0:
            return _PRIVATE, None
        # root writes it for the node, whom the folder's group lets in.
        return _PRIVATE | folder.st_mode & _GROUP_READS, (folder.st_uid, folder.st_gid)
    found = path.stat()
    return stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid)
