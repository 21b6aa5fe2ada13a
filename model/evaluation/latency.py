"""How near a network comes to what the machine can do: its time compared with that of a bare matrix product."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

from device.perception.runtime import Network

_REPEATS = 50
_WARM_UP = 5
# One thread of numpy's matrix product: the limit is read from the environment when numpy is loaded.
_PEAK = """
import numpy as np
from time import process_time
a = np.random.default_rng(0).random((1024, 1024), np.float32)
def once():
    start = process_time()
    a @ a
    return process_time() - start
print(1024**3 / min(once() for _ in range(10)))
"""


@dataclass(frozen=True, slots=True)
class Latency:
    """What one invocation with one thread costs.

    Attributes:
        milliseconds: of processor time, which other work on the machine hardly changes; the median.
        multiplications: multiply-adds of its convolutions and dense layers.
        peak: multiply-adds a second of a float32 matrix product on one thread of this machine.
    """

    milliseconds: float
    multiplications: int
    peak: float

    @property
    def part_of_peak(self) -> float:
        """Multiply-adds a second as a part of the peak; eight-bit arithmetic may exceed one."""
        return self.multiplications / (self.milliseconds / 1000) / self.peak


def latency(tflite: Path) -> Latency:
    """Measure a network with one input on one thread."""
    network = Network.load(tflite, threads=1)
    network.input[:] = 0
    times = []
    for _ in range(_WARM_UP + _REPEATS):
        start = process_time()
        network.invoke()
        times.append(process_time() - start)
    return Latency(median(times[_WARM_UP:]) * 1000, network.multiplications or 0, matrix_peak())


def matrix_peak() -> float:
    """Return how many multiply-adds a second a bare matrix product reaches on one thread."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    run = subprocess.run(  # noqa: S603 - this interpreter, and a constant
        [sys.executable, "-c", _PEAK],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **one},
    )
    return float(run.stdout)
