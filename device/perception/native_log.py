"""What a native library writes to the process's error stream: TFLite greets each command, and has no switch for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_SET

_STDERR = 2
_REMARK = b"INFO: "


@contextmanager
def without_remarks() -> Iterator[None]:
    """Leave out the lines that begin with "INFO: " of whatever is written to file descriptor 2 meanwhile.

    Everything else follows when the body is over, also after an exception. Only a crash of the process within the body
    loses it, so the body should be short.
    """
    with os.fdopen(os.memfd_create("stderr"), "w+b", buffering=0) as kept:
        stderr = os.dup(_STDERR)
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            kept.seek(0, SEEK_SET)
            for line in kept.read().splitlines(keepends=True):
                if not line.startswith(_REMARK):
                    os.write(_STDERR, line)
