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
    return sum(int(np.isin(_runs(data), stored).sum()) for data in _contents(folder))


def _contents(folder: Path) -> list[bytes]:
    """Return what is in the files of a folder in which somebody writes: a file may be replaced meanwhile."""
    while True:
        try:
            return [path.read_bytes() for path in folder.iterdir()]
        except FileNotFoundError:
            continue


def _runs(data: bytes) -> npt.NDArray[np.uint64]:
    """Return every run of eight bytes, as a number; none of a file that is empty because it is being written."""
    if len(data) < RUN:
        return np.empty(0, np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), RUN)
    return np.ascontiguousarray(windows).view(np.uint64).ravel()
