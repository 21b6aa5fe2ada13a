"""How root picks up a request: it copies, and trusts no name in the node's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ValidationError

from device.errors import UpdateError
from device.system.untrusted_folder import untrusted_folder
from device.updates.artifact import MAXIMUM_BYTES
from device.updates.request import ARTIFACT, FOLDER, MAXIMUM_DOCUMENT_BYTES, REQUEST, Request


def take(state: Path, copy: Path) -> tuple[Request, str]:
    """Take the request away, so that it is taken once, and copy its file.

    Args:
        state: the node's state directory; only the node's folder in it may be an attacker's.
        copy: where the file goes, in a folder that only root may write to.

    Returns:
        The request, and the SHA-256 of the copy.

    Raises:
        UpdateError: either is missing, too large, or not a plain file.
    """
    with untrusted_folder(state / FOLDER, UpdateError) as folder:
        try:
            data = b"".join(folder.read(REQUEST, MAXIMUM_DOCUMENT_BYTES))
        finally:
            # First of all: a request that fails would be there for ever, and so would facet-update.path.
            folder.remove(REQUEST)
        try:
            request = Request.model_validate_json(data)
        except ValidationError as error:
            message = f"{state / FOLDER / REQUEST} is not a request to install"
            raise UpdateError(message) from error
        digest = hashlib.sha256()
        with copy.open("xb") as file:
            for chunk in folder.read(ARTIFACT, MAXIMUM_BYTES):
                digest.update(chunk)
                file.write(chunk)
        folder.remove(ARTIFACT)
    return request, digest.hexdigest()
