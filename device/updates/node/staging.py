"""How the node orders an installation: the file, verified, and then the request, in the folder that root looks into."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from device.errors import UpdateError
from device.updates.artifact import MOST_BYTES, Artifact
from device.updates.node.fetch import chunks
from device.updates.request import ARTIFACT, REQUEST, Request
from device.updates.signature import verify

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DOWNLOADING = 1800.0
"""Seconds that a download may take, on a slow line."""


def download(
    folder: Path,
    url: str,
    artifact: Artifact,
    key: Ed25519PublicKey,
    is_stopped: Callable[[], bool],
) -> bool:
    """Fetch and verify a file; root does so again, but here the owner hears sooner of what is wrong.

    Returns:
        Whether it is there; False when it was stopped before.

    Raises:
        UpdateError: it cannot be had, is another one, or there is no room.
    """
    unfinished = folder / f"{ARTIFACT}.part"
    digest = hashlib.sha256()
    with _disk(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        with unfinished.open("wb") as file:
            for chunk in chunks(url, MOST_BYTES, DOWNLOADING):
                if is_stopped():
                    return False
                digest.update(chunk)
                file.write(chunk)
        verify(artifact, key, digest.hexdigest())
        unfinished.replace(folder / ARTIFACT)
    return True


def order(folder: Path, artifact: Artifact) -> Request:
    """Ask root to install the file that was downloaded, and return the request.

    Raises:
        UpdateError: there is no room.
    """
    request = Request(id=uuid4().hex, artifact=artifact)
    unfinished = folder / f"{REQUEST}.part"
    with _disk(folder):
        unfinished.write_text(request.model_dump_json(), encoding="utf-8")
        unfinished.replace(folder / REQUEST)
    return request


def withdraw(folder: Path) -> bool:
    """Take back a request that nobody has taken, and return whether there was one."""
    try:
        (folder / REQUEST).unlink()
    except OSError:
        return False
    return True


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{folder} cannot be written ({error.strerror}); make room on the disk"
        raise UpdateError(msg) from error
