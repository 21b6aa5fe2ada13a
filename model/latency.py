"""How near a network comes to what the machine can do: its time beside that of a bare matrix product."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from device.perception.runtime import Network

_REPEATS = 50
_WARM_UP = 5
# One thread of numpy's matrix product: the limit is read from the environment when numpy is loaded.
_PEAK = """
import numpy as np
from time import perf_counter
a = np.random.default_rng(0).random((1024, 1024), np.float32)
def once():
    start = perf_counter()
    a @ a
    return perf_counter() - start
print(1024**3 / min(once() for _ in range(10)))
"""


@dataclass(frozen=True, slots=True)
class Latency:
    """What one invocation with one thread costs.

    Attributes:
        milliseconds: the median.
        multiplications: multiply-adds of its convolutions and dense layers.
        peak: multiply-adds a second of a float32 matrix product on one thread of this machine.
    """

    milliseconds: float
    multiplications: int
    peak: float

    @property
    def part_of_peak(self) -> float:
        """Multiply-adds a second as a part of the peak; int8 may exceed one."""
        return self.multiplications / (self.milliseconds / 1000) / self.peak


def latency(tflite: Path) -> Latency:
    """Measure a network with one input on one thread."""
    network = Network.load(tflite, threads=1)
    network.set_input(np.zeros(network.input_shape, np.float32))
    times = []
    for _ in range(_WARM_UP + _REPEATS):
        start = perf_counter()
        network.invoke()
        times.append(perf_counter() - start)
    return Latency(
        median(times[_WARM_UP:]) * 1000, multiplications(tflite.read_bytes()), matrix_peak()
    )


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


def multiplications(content: bytes) -> int:
    """Count the multiply-adds of a .tflite file's convolutions and dense layers."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph, kinds = model.subgraphs[0], schema.BuiltinOperator
    total = 0
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        if kind not in {kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.FULLY_CONNECTED}:
            continue
        outputs = int(np.prod(graph.tensors[operator.outputs[0]].shape))
        weight = graph.tensors[operator.inputs[1]].shape
        # Each output is a sum over one kernel: all of a weight's axes but that of the outputs.
        channels = weight[-1] if kind == kinds.DEPTHWISE_CONV_2D else weight[0]
        total += outputs * int(np.prod(weight)) // int(channels)
    return total
