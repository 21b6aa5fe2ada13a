"""The one-time code of the setup page: whoever may read the node's state directory, or ran the installer, has it."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from pathlib import Path

from device.errors import StateDirectoryError
from device.system.atomic_write import atomic_write

CODE = "setup-code"
"""In the state directory."""

# Without those that are taken for one another.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 3, 4
_PRIVATE = 0o600
_MAXIMUM_CHARACTERS = 100


class SetupCode:
    """Twelve letters and digits in a file of the node's own: 59 bits, good for one log-in.

    Args:
        folder: the node's state directory.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / CODE

    def make(self) -> str:
        """Return the code, which is drawn if there is none.

        Raises:
            StateDirectoryError: the state directory cannot be used.
        """
        try:
            if found := self._read():
                return found
            code = "-".join(
                "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
            )
            folder = self._path.parent.stat()
            # root draws it for the node, whose folder it is.
            owner = (folder.st_uid, folder.st_gid)
            atomic_write(self._path, f"{code}\n", mode=_PRIVATE, owner=owner)
        except OSError as error:
            message = f"{self._path} cannot be used: {error.strerror}; run this as root"
            raise StateDirectoryError(message) from error
        return code

    def take(self, given: str) -> bool:
        """Return whether a code is the right one, which it then is no more.

        Args:
            given: as it was typed, in small letters or without its dashes.
        """
        try:
            code = self._read()
            is_right = bool(code) and compare_digest(_plain(code), _plain(given))
            if is_right:
                self._path.unlink()
        except OSError:
            return False
        return is_right

    def _read(self) -> str:
        try:
            return self._path.read_text("ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return ""


def _plain(code: str) -> bytes:
    return "".join(filter(str.isalnum, code[:_MAXIMUM_CHARACTERS])).upper().encode()
