"""How the node hands an installation to root: the file, verified, and then the request, in a folder that root reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from device.errors import UpdateError
from device.system.atomic_write import atomic_write
from device.system.secret_address import SecretAddress
from device.updates.artifact import MAXIMUM_BYTES, Artifact
from device.updates.node.fetch import chunks
from device.updates.request import ARTIFACT, REQUEST, Request
from device.updates.signature import verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def download(
    folder: Path,
    address: SecretAddress,
    artifact: Artifact,
    key: Ed25519PublicKey,
    is_stopping: Callable[[], bool],
    on_progress: Callable[[int, int | None], object],
    seconds: float,
) -> bool:
    """Fetch and verify a file. root verifies it again; here the owner learns sooner what is wrong.

    Args:
        folder: where the file goes; made if it is missing.
        address: where it comes from.
        artifact: what it should be.
        key: the public one.
        is_stopping: whether to end early.
        on_progress: called with the bytes that have come, and with those of the whole if the server says how many.
        seconds: for all of it.

    Returns:
        Whether it is there; False if it was stopped before.

    Raises:
        UpdateError: it cannot be fetched, it is another file, or there is no room.
    """
    unfinished = folder / f"{ARTIFACT}.part"
    digest = hashlib.sha256()
    received = 0
    with _writing(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        with unfinished.open("wb") as file:
            for chunk in chunks(address, MAXIMUM_BYTES, seconds):
                if is_stopping():
                    return False
                digest.update(chunk.data)
                file.write(chunk.data)
                received += len(chunk.data)
                on_progress(received, chunk.total)
        verify(artifact, key, digest.hexdigest())
        # Without a sync: whatever a power cut leaves of it, root verifies before it is used.
        unfinished.replace(folder / ARTIFACT)
    return True


def stage(folder: Path, artifact: Artifact) -> Request:
    """Ask root to install the file that was downloaded, and return the request.

    Raises:
        UpdateError: there is no room.
    """
    request = Request(id=uuid4().hex, artifact=artifact)
    with _writing(folder):
        atomic_write(folder / REQUEST, request.model_dump_json())
    return request


def withdraw(folder: Path) -> bool:
    """Take back a request that nobody has taken, and return whether there was one."""
    try:
        (folder / REQUEST).unlink()
    except OSError:
        return False
    return True


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror}); make room on the disk"
        raise UpdateError(message) from error
