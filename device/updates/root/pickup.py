"""How root takes a request out of a folder whose owner may be an attacker: it copies, and trusts no name in there."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from device.errors import UpdateError
from device.updates.artifact import MOST_BYTES
from device.updates.request import ARTIFACT, FOLDER, REQUEST, Request
from device.updates.request import MOST_BYTES as MOST_REQUEST_BYTES

_CHUNK = 1024 * 1024


def take(state: Path, copy: Path) -> tuple[Request, str]:
    """Take the request away, so that it is never taken twice, and copy its file.

    Args:
        state: the node's state directory; only the node's folder in it may be an attacker's.
        copy: where the file goes; in a folder of root's.

    Returns:
        The request, and the SHA-256 of the copy.

    Raises:
        UpdateError: either is missing, too large, or no plain file.
    """
    with _folder(state / FOLDER) as folder:
        try:
            data = b"".join(_read(folder, REQUEST, MOST_REQUEST_BYTES))
        finally:
            # First of all: a request that fails would be there for ever, and so would facet-update.path.
            _remove(folder, REQUEST)
        try:
            request = Request.model_validate_json(data)
        except ValidationError as error:
            msg = f"{state / FOLDER / REQUEST} is no request to install"
            raise UpdateError(msg) from error
        digest = hashlib.sha256()
        with copy.open("xb") as file:
            for chunk in _read(folder, ARTIFACT, MOST_BYTES):
                digest.update(chunk)
                file.write(chunk)
        _remove(folder, ARTIFACT)
    return request, digest.hexdigest()


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        msg = f"{path} is no folder with a request ({error.strerror})"
        raise UpdateError(msg) from error
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
        msg = f"{FOLDER}/{name} cannot be taken ({error.strerror}); a plain file is needed"
        raise UpdateError(msg) from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            msg = f"{FOLDER}/{name} is no plain file"
            raise UpdateError(msg)
        size = 0
        while chunk := file.read(_CHUNK):
            # It may grow while it is read.
            size += len(chunk)
            if size > limit:
                msg = f"{FOLDER}/{name} is longer than the {limit} bytes that are allowed"
                raise UpdateError(msg)
            yield chunk


def _remove(folder: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        msg = f"{FOLDER}/{name} cannot be removed ({error.strerror})"
        raise UpdateError(msg) from error
