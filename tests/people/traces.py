"""What is left of embeddings in the files of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from device.people.embedding import encoded
from device.people.person import NewReference

RUN = 8
"""Bytes of an embedding in a row, of which none may be found."""


def traces(folder: Path, references: Iterable[NewReference]) -> int:
    """Return how many runs of eight bytes of some embeddings are in the files of a folder."""
    stored = np.concatenate([_runs(encoded(reference.embedding)) for reference in references])
    return sum(int(np.isin(_runs(path.read_bytes()), stored).sum()) for path in folder.iterdir())


def _runs(data: bytes) -> npt.NDArray[np.uint64]:
    """Return every run of eight bytes, as a number."""
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), RUN)
    return np.ascontiguousarray(windows).view(np.uint64).ravel()
