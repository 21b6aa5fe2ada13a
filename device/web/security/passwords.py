"""The password of the page: made by the node, shown once, kept as a hash."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from device.errors import StoreError
from device.system.json_store import JsonStore, Shape

# OWASP's second choice for Argon2id (Password Storage Cheat Sheet): 19 MiB, which a Pi Zero 2 W can spare for a moment.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Without letters and digits that are taken for others.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 5
_PRIVATE = 0o600
_HASH = "password"
_SHAPE = Shape({_HASH: (str,)}, required=_HASH)


class Passwords(Protocol):
    """What somebody who logs in is asked for."""

    @property
    def edition(self) -> str | None:
        """Differs from password to password; None while there is none. Whoever logged in with another one is out."""

    def matches(self, given: str) -> bool:
        """Return whether this is the password; it takes a while."""


class StoredPassword:
    """The password whose hash a file keeps. Any thread may use it.

    Args:
        path: the file in the state directory.
    """

    def __init__(self, path: Path) -> None:
        self._store = JsonStore(path)

    @property
    def edition(self) -> str | None:
        """The hash; read each time, so that a new password counts without a restart."""
        try:
            document = self._store.read(_SHAPE)
        except StoreError:
            # A damaged file opens nothing.
            return None
        return None if document is None else str(document[_HASH])

    def matches(self, given: str) -> bool:
        """Return whether this is the password."""
        known = self.edition
        if known is None:
            return False
        try:
            return _HASHER.verify(known, given)
        except (VerificationError, InvalidHashError):
            return False

    def renew(self) -> str:
        """Make another password and return it; only its hash is kept.

        Whoever runs this may be root: the file belongs to whom its folder belongs to, as the node has to read it.

        Raises:
            StoreError: the file cannot be written; then the password of before is still there.
        """
        password = new_password()
        self._store.write({_HASH: _HASHER.hash(password)})
        path = self._store.path
        folder = path.parent.stat()
        try:
            path.chmod(_PRIVATE)
            if os.geteuid() == 0:
                os.chown(path, folder.st_uid, folder.st_gid)
        except OSError as error:
            found = f"its owner cannot be set: {error.strerror}; run the command as the node's user"
            raise StoreError(path, found) from error
        return password


def new_password() -> str:
    """Return a random password of 99 bits, in groups that can be read aloud."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS)
    )
    return "-".join(groups)
