"""The one place that imports TFLite: LiteRT where it has a wheel, its predecessor on 32-bit ARM."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import ModelError


@cache
def _interpreter_type() -> Any:  # noqa: ANN401 - one of two classes without a common base
    # Not before a network is loaded: what needs none, safe mode above all, must not end with a broken TFLite.
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # armv7l
        from tflite_runtime.interpreter import Interpreter
    return Interpreter


class Network:
    """A TFLite network with one input.

    Not safe to share between threads: the thread that made it runs it.

    Args:
        path: the .tflite file.
        threads: how many CPU threads an invocation may use.

    Attributes:
        input_shape: for instance (1, 192, 192, 3).

    Raises:
        ModelError: the file is missing or TFLite cannot run it.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.path = path
        if not path.is_file():
            msg = f"model {path} does not exist; reinstall facet-node, or correct the path"
            raise ModelError(msg)
        try:
            # By content: a bad file is then refused by the verifier, and the path's encoding is ours.
            self._interpreter = _interpreter_type()(
                model_content=path.read_bytes(), num_threads=threads
            )
            self._interpreter.allocate_tensors()
        except (OSError, ValueError, RuntimeError) as error:
            msg = (
                f"model {path} cannot be loaded: {error}. The file is damaged or made for another "
                "TFLite; reinstall facet-node, or export the model again"
            )
            raise ModelError(msg) from error
        inputs = self._interpreter.get_input_details()
        if len(inputs) != 1:
            msg = f"model {path} has {len(inputs)} inputs; one is expected"
            raise ModelError(msg)
        self._input = inputs[0]["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self.input_shape: tuple[int, ...] = tuple(int(n) for n in inputs[0]["shape"])

    @property
    def output_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the outputs, in the file's order."""
        return [
            tuple(int(n) for n in output["shape"])
            for output in self._interpreter.get_output_details()
        ]

    def set_input(self, values: NDArray[np.float32]) -> None:
        """Copy values (of input_shape, float32) into the network."""
        self._interpreter.set_tensor(self._input, values)

    def invoke(self) -> None:
        """Run the network on the input that was set."""
        self._interpreter.invoke()

    def outputs(self) -> list[NDArray[np.float32]]:
        """Return copies of the outputs, in the file's order."""
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def __call__(self, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the network on values (of input_shape, float32) and return its outputs."""
        self.set_input(values)
        self.invoke()
        return self.outputs()
