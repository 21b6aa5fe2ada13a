"""The one place that imports TFLite: LiteRT where it has a wheel, its predecessor on 32-bit ARM."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import ModelError
from device.perception.native_log import without_remarks


@cache
def _interpreter_type() -> Any:  # noqa: ANN401 - one of two classes without a common base
    # Not before a network is loaded: what needs none, above all safe mode, must survive a broken TFLite.
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # armv7l
        from tflite_runtime.interpreter import Interpreter
    return Interpreter


class Network:
    """A TFLite network with one input. Made by `load`.

    Not safe to share between threads: only one may use it at a time.

    Args:
        interpreter: TFLite's, with its tensors allocated.
        path: the file that it was loaded from.

    Attributes:
        path: the file that it was loaded from.
        input_shape: for instance (1, 192, 192, 3).
        invocations: how often it has run.
    """

    def __init__(self, interpreter: Any, path: Path) -> None:  # noqa: ANN401 - see _interpreter_type
        self.path = path
        self.invocations = 0
        self._interpreter = interpreter
        self._input = interpreter.get_input_details()[0]["index"]
        self._outputs = [output["index"] for output in interpreter.get_output_details()]
        self.input_shape: tuple[int, ...] = tuple(
            int(n) for n in interpreter.get_input_details()[0]["shape"]
        )

    @classmethod
    def load(cls, path: Path, threads: int = 1) -> Network:
        """Load a network from its file.

        Args:
            path: the .tflite file.
            threads: how many CPU threads an invocation may use.

        Raises:
            ModelError: the file is missing or TFLite cannot run it.
        """
        if not path.is_file():
            message = f"model {path} does not exist; reinstall facet-node, or correct the path"
            raise ModelError(message)
        try:
            # By content: TFLite's verifier then rejects a bad file, and Python encodes the path.
            content = path.read_bytes()
            with without_remarks():
                interpreter = _interpreter_type()(model_content=content, num_threads=threads)
                interpreter.allocate_tensors()
        except (OSError, ValueError, RuntimeError) as error:
            message = (
                f"model {path} cannot be loaded: {error}. The file is damaged or made for another "
                "TFLite; reinstall facet-node, or export the model again"
            )
            raise ModelError(message) from error
        inputs = len(interpreter.get_input_details())
        if inputs != 1:
            message = f"model {path} has {inputs} inputs; one is expected"
            raise ModelError(message)
        return cls(interpreter, path)

    @property
    def output_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the outputs, in the file's order."""
        return [
            tuple(int(n) for n in output["shape"])
            for output in self._interpreter.get_output_details()
        ]

    def require_shapes(self, inputs: tuple[int, ...], outputs: Sequence[tuple[int, ...]]) -> None:
        """Make sure that the network is the one that the JSON beside it describes.

        Args:
            inputs: the shape of the input.
            outputs: the shapes of the outputs, in the file's order.

        Raises:
            ModelError: it is another one.
        """
        expected = inputs, list(outputs)
        found = self.input_shape, self.output_shapes
        if found != expected:
            message = (
                f"{self.path}: input and output are {found}, but its JSON describes {expected}; "
                "export both together"
            )
            raise ModelError(message)

    def set_input(self, values: NDArray[np.float32]) -> None:
        """Copy values (of input_shape, float32) into the network."""
        self._interpreter.set_tensor(self._input, values)

    def invoke(self) -> None:
        """Run the network on the input that was set."""
        self._interpreter.invoke()
        self.invocations += 1

    def outputs(self) -> list[NDArray[np.float32]]:
        """Return copies of the outputs, in the file's order."""
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def __call__(self, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the network on values (of input_shape, float32) and return its outputs."""
        self.set_input(values)
        self.invoke()
        return self.outputs()
