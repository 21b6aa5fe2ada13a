"""Prints what a network answers to repeatable pictures, as JSON; runs with LiteRT and with tflite-runtime alone."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    from tflite_runtime.interpreter import Interpreter

_PICTURES = 8


def main() -> None:
    """Print the answers of the network whose path is the only argument."""
    interpreter: Any = Interpreter(sys.argv[1], num_threads=1)
    interpreter.allocate_tensors()
    (source,), sinks = interpreter.get_input_details(), interpreter.get_output_details()
    random = np.random.default_rng(0)
    answers: list[float] = []
    for _ in range(_PICTURES):
        _, height, width, channels = source["shape"]
        coarse = random.uniform(-1, 1, (1, height // 8, width // 8, channels))
        picture = coarse.repeat(8, axis=1).repeat(8, axis=2).astype(np.float32)
        interpreter.set_tensor(source["index"], picture)
        interpreter.invoke()
        for sink in sinks:
            answers += interpreter.get_tensor(sink["index"]).ravel().tolist()
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
