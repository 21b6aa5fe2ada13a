"""How root reads from a folder whose owner may be an attacker: no link is followed, and no name trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from device.errors import FacetError

# Read at once: large enough to be fast, small enough for the smallest board.
_CHUNK_BYTES = 1024 * 1024


class UntrustedFolder:
    """A folder that is open, whatever takes the place of its name meanwhile.

    Args:
        path: for errors.
        descriptor: of the folder.
        error: what its methods raise.
    """

    def __init__(self, path: Path, descriptor: int, error: type[FacetError]) -> None:
        self._path = path
        self._descriptor = descriptor
        self._error = error

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        """Yield the content of a plain file.

        Args:
            name: of the file, without a folder.
            limit: bytes that it may have.

        Raises:
            FacetError: of the given class: it is missing, too long, or not a plain file.
        """
        # Without O_NONBLOCK a named pipe would make root wait for its other end.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(name, flags, dir_fd=self._descriptor)
        except OSError as error:
            message = f"{self._path.name}/{name} cannot be taken ({error.strerror}); a plain file is needed"
            raise self._error(message) from error
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                message = f"{self._path.name}/{name} is not a plain file"
                raise self._error(message)
            size = 0
            while chunk := file.read(_CHUNK_BYTES):
                # It may grow while it is read.
                size += len(chunk)
                if size > limit:
                    message = f"{self._path.name}/{name} is longer than the {limit} bytes that are allowed"
                    raise self._error(message)
                yield chunk

    def remove(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            FacetError: of the given class: it cannot be removed.
        """
        try:
            os.unlink(name, dir_fd=self._descriptor)
        except FileNotFoundError:
            pass
        except OSError as error:
            message = f"{self._path.name}/{name} cannot be removed ({error.strerror})"
            raise self._error(message) from error


@contextmanager
def untrusted_folder(path: Path, error: type[FacetError]) -> Iterator[UntrustedFolder]:
    """Open a folder.

    Args:
        path: only its last part may be an attacker's.
        error: what is raised, here and by what is returned.

    Raises:
        FacetError: of the given class: it is no folder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as cause:
        message = f"{path} is not a folder with a request ({cause.strerror})"
        raise error(message) from cause
    try:
        yield UntrustedFolder(path, descriptor, error)
    finally:
        os.close(descriptor)
