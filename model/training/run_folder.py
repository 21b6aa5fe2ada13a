"""What a training run leaves in its folder. Needs no PyTorch, so that a report can read a log without it."""

from __future__ import annotations

from pathlib import Path

CHECKPOINT = "checkpoint.pt"
"""Everything that the run needs to go on after its last whole epoch."""
BEST = "best.pt"
"""The averaged weights of the epoch with the lowest validation loss."""
LOG = "log.csv"
"""One row per epoch."""
FEATURE_CACHE = "maps"
"""The folder of what the frozen blocks compute. Its name stays, so that older runs go on."""


def cut_log(path: Path, epochs: int) -> None:
    """Remove the rows of a log after this many epochs: killed before their checkpoint, they are trained again."""
    if not path.exists():
        return
    header, *rows = path.read_bytes().splitlines(keepends=True)
    if len(rows) > epochs:
        path.write_bytes(b"".join([header, *rows[:epochs]]))
