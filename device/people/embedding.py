"""An embedding: where a network places a face among all others, as numbers, and as the bytes that are stored."""

from __future__ import annotations

import hashlib
import zlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

DIMENSIONS = 192
"""Numbers of an embedding."""
Embedding: TypeAlias = npt.NDArray[np.float32]
"""(192,) float32, a unit vector, so that the dot product of two is their cosine similarity."""

DIGEST = r"[0-9a-f]{16}"
"""What a digest looks like, as a regular expression."""

_STORED = np.dtype("<f4")
BYTES = DIMENSIONS * _STORED.itemsize
"""Of an embedding as it is stored."""
# The network's own arithmetic is less exact than that; what is further off was damaged or never normalised.
_UNIT_TOLERANCE = 1e-3
_DIGEST_BYTES = 8


def checked_embedding(embedding: npt.ArrayLike) -> Embedding:
    """Return an embedding as an array of its own that cannot be written.

    Raises:
        ValueError: it has another shape, is not finite, or is no unit vector.
    """
    array = np.array(embedding, dtype=np.float32)
    if array.shape != (DIMENSIONS,):
        message = f"an embedding has the shape ({DIMENSIONS},), not {array.shape}"
        raise ValueError(message)
    # A sum over what is not finite is not finite either.
    length = float(np.sqrt(np.sum(np.square(array, dtype=np.float64))))
    if not abs(length - 1) <= _UNIT_TOLERANCE:
        message = f"an embedding has the length 1, not {length:.4g}"
        raise ValueError(message)
    array.flags.writeable = False
    return array


def encoded(embedding: Embedding) -> bytes:
    """Return an embedding as little-endian bytes."""
    return embedding.astype(_STORED).tobytes()


def decoded(data: bytes) -> Embedding:
    """Return the embedding in bytes.

    Raises:
        ValueError: there is none.
    """
    if len(data) != BYTES:
        message = f"an embedding has {BYTES} bytes, not {len(data)}"
        raise ValueError(message)
    return checked_embedding(np.frombuffer(data, _STORED))


def checksum(data: bytes) -> int:
    """Return by what an embedding's bytes are recognised as damaged: CRC-32, for damage and not for forgery."""
    return zlib.crc32(data)


def digest(data: bytes) -> str:
    """Return by what an embedding's bytes are recognised where they must not be kept; nothing of them can be read."""
    return hashlib.sha256(data).digest()[:_DIGEST_BYTES].hex()
