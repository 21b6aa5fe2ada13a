"""How root picks up a request from a folder whose owner may be an attacker: it copies, and trusts no name in there."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from device.errors import UpdateError
from device.updates.artifact import MAXIMUM_BYTES
from device.updates.request import ARTIFACT, FOLDER, MAXIMUM_DOCUMENT_BYTES, REQUEST, Request

# Read at once: large enough to be fast, small enough for the smallest board.
_CHUNK_BYTES = 1024 * 1024


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
    with _folder(state / FOLDER) as folder:
        try:
            data = b"".join(_read(folder, REQUEST, MAXIMUM_DOCUMENT_BYTES))
        finally:
            # First of all: a request that fails would be there for ever, and so would facet-update.path.
            _remove(folder, REQUEST)
        try:
            request = Request.model_validate_json(data)
        except ValidationError as error:
            message = f"{state / FOLDER / REQUEST} is not a request to install"
            raise UpdateError(message) from error
        digest = hashlib.sha256()
        with copy.open("xb") as file:
            for chunk in _read(folder, ARTIFACT, MAXIMUM_BYTES):
                digest.update(chunk)
                file.write(chunk)
        _remove(folder, ARTIFACT)
    return request, digest.hexdigest()


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        message = f"{path} is not a folder with a request ({error.strerror})"
        raise UpdateError(message) from error
    try:
        yield folder
    finally:
        os.close(folder)


def _read(folder: int, name: str, limit: int) -> Iterator[bytes]:
    # Without O_NONBLOCK a named pipe would make root wait for its other end.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, flags, dir_fd=folder)
    except OSError as error:
        message = f"{FOLDER}/{name} cannot be taken ({error.strerror}); a plain file is needed"
        raise UpdateError(message) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            message = f"{FOLDER}/{name} is not a plain file"
            raise UpdateError(message)
        size = 0
        while chunk := file.read(_CHUNK_BYTES):
            # It may grow while it is read.
            size += len(chunk)
            if size > limit:
                message = f"{FOLDER}/{name} is longer than the {limit} bytes that are allowed"
                raise UpdateError(message)
            yield chunk


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        message = f"{FOLDER}/{name} cannot be removed ({error.strerror})"
        raise UpdateError(message) from error
