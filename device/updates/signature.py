"""Whether a file has the signature of the owner's maintainer: Ed25519 (RFC 8032), through `cryptography`.

That package is imported when there is something to verify: a node without updates does not need it.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from device.config.sections.updates import key_bytes
from device.errors import UpdateError
from device.updates.artifact import Artifact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# A key has 44; blanks and a line's end may follow.
_MAXIMUM_KEY_BYTES = 200
_ADVICE = "write there what `python -m device.updates.sign key` printed"


def read_key(setting: str) -> Ed25519PublicKey:
    """Return the key of updates.public_key.

    Args:
        setting: 44 characters of base64, or a file's path.

    Raises:
        UpdateError: it is neither.
    """
    key = _decoded(setting)
    if key is not None:
        return key
    try:
        with Path(setting).open("rb") as file:
            key = _decoded(file.read(_MAXIMUM_KEY_BYTES).decode("ascii", "replace").strip())
    except OSError as error:
        message = (
            f"updates.public_key {setting} is neither a key of 44 characters nor a file "
            f"({error.strerror}); {_ADVICE}"
        )
        raise UpdateError(message) from error
    if key is None:
        message = f"updates.public_key: {setting} holds no Ed25519 key; {_ADVICE}"
        raise UpdateError(message)
    return key


def verify(artifact: Artifact, key: Ed25519PublicKey, sha256: str) -> None:
    """Make sure that the holder of the key has signed this file under this name and version.

    Args:
        artifact: what the file claims to be.
        key: the public one.
        sha256: of the file, as it was found.

    Raises:
        UpdateError: it is another file, or was signed with another key.
    """
    from cryptography.exceptions import InvalidSignature

    if sha256 != artifact.sha256:
        message = f"{artifact}: the file's sha256 is {sha256[:12]}… and not {artifact.sha256[:12]}…; it is another file"
        raise UpdateError(message)
    try:
        key.verify(base64.b64decode(artifact.signature, validate=True), artifact.statement)
    except (InvalidSignature, ValueError) as error:
        message = (
            f"{artifact}: the signature is not by updates.public_key over this name, version and file; "
            "somebody else made it, or the key has changed"
        )
        raise UpdateError(message) from error


def _decoded(text: str) -> Ed25519PublicKey | None:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        # 32-bit ARM, see pyproject.toml.
        message = (
            "signatures need a package that is missing; run: sudo apt install python3-cryptography"
        )
        raise UpdateError(message) from error
    data = key_bytes(text)
    return None if data is None else Ed25519PublicKey.from_public_bytes(data)
