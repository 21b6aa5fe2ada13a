"""The password of the page: made by the node, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import os
import secrets
from hmac import compare_digest
from pathlib import Path
from typing import Protocol

from device.errors import StoreError
from device.system.json_store import JsonStore, Shape

# OWASP's for scrypt with 16 MiB (Password Storage Cheat Sheet), which a Pi Zero 2 W can spare for a moment. Every
# Python has it from OpenSSL; argon2-cffi has no wheel for 32-bit ARM.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 5
_MOST_BYTES = 64 * 2**20
_SALT_BYTES, _HASH_BYTES = 16, 32
_KIND = "scrypt"
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
        return known is not None and _is_hash_of(known, given)

    def renew(self) -> str:
        """Make another password and return it; only its hash is kept.

        Whoever runs this may be root: the file belongs to whom its folder belongs to, as the node has to read it.

        Raises:
            StoreError: the file cannot be written; then the password of before is still there.
        """
        password = new_password()
        self._store.write({_HASH: _hashed(password, secrets.token_bytes(_SALT_BYTES))})
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


def _hashed(password: str, salt: bytes) -> str:
    """Return a hash as text: its kind, the salt and the hash, the last two in hexadecimal digits."""
    key = hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=_COST,
        r=_BLOCK,
        p=_PARALLEL,
        maxmem=_MOST_BYTES,
        dklen=_HASH_BYTES,
    )
    return f"{_KIND}:{salt.hex()}:{key.hex()}"


def _is_hash_of(known: str, given: str) -> bool:
    kind, _, rest = known.partition(":")
    try:
        salt = bytes.fromhex(rest.partition(":")[0])
    except ValueError:
        return False
    return kind == _KIND and bool(salt) and compare_digest(_hashed(given, salt), known)
