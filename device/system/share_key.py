"""The key with which nodes share people: made by a command, never thought up."""

from __future__ import annotations

import base64
import hashlib
import secrets

_PREFIX = "facet-people-"
_KEY_BYTES = 32
# Of a hash of the key: a key with a typing error is none, and no text that somebody thinks up is one.
_CHECK_BYTES = 4


def new_share_key() -> str:
    """Return a new key: 32 random bytes, as text."""
    key = secrets.token_bytes(_KEY_BYTES)
    return _PREFIX + base64.urlsafe_b64encode(key + _check(key)).decode("ascii")


def share_key_bytes(text: str) -> bytes | None:
    """Return the 32 bytes of a key that new_share_key() has made; None for any other text."""
    try:
        data = base64.b64decode(text.removeprefix(_PREFIX), b"-_", validate=True)
    except ValueError:
        return None
    key = data[:_KEY_BYTES]
    is_one = text.startswith(_PREFIX) and data[_KEY_BYTES:] == _check(key)
    return key if is_one and len(key) == _KEY_BYTES else None


def _check(key: bytes) -> bytes:
    return hashlib.sha256(_PREFIX.encode() + key).digest()[:_CHECK_BYTES]
