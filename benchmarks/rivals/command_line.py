"""`facet classify` as somebody types it, on all pictures at once: the product from its start to its last line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.environments import ROOT


@dataclass(frozen=True, slots=True)
class Classified:
    """What the command took.

    Attributes:
        seconds: from its start to its end.
        peak_mb: the most memory that was resident, in millions of bytes.
        same_faces: on how many pictures it counted as many faces as the pipeline did in the measurement.
    """

    seconds: float
    peak_mb: float
    same_faces: int


def classify(model: str, pictures: Sequence[Path], faces: Sequence[int]) -> Classified:
    """Run the command.

    Args:
        model: name in the zoo.
        pictures: their paths.
        faces: how many the pipeline has found on each.

    Raises:
        BenchmarkError: the command fails.
    """
    command = [sys.executable, "-m", "device", "classify", "--json", "--model", model]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        start = perf_counter()
        process = subprocess.Popen(
            [*command, *map(str, pictures)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=said,
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            message = f"facet classify --model {model} ended with {process.returncode}"
            raise BenchmarkError(message)
        said.seek(0)
        counted = [json.loads(line)["face_count"] for line in said]
    same = sum(a == b for a, b in zip(counted, faces, strict=True))
    return Classified(seconds, used.ru_maxrss * 1024 / 1e6, same)
