"""The one place that imports TFLite: LiteRT where it has a wheel, its predecessor on 32-bit ARM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from device.errors import ModelError
from device.networks.files import is_replaced_as_a_whole
from device.perception.native_log import without_remarks
from device.system.memory import release

# Not in a chroot where nobody has mounted it.
_OWN_FILES = Path("/proc/self/fd")

# The layers that multiply, and which of a weight's axes is that of the outputs.
_CHANNEL_AXES = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": -1, "FULLY_CONNECTED": 0}


@cache
def interpreter_type() -> Any:  # noqa: ANN401 - one of two classes without a common base
    """Return TFLite's Interpreter, which is imported now."""
    # Not before a network is loaded: what needs none, above all safe mode, must survive a broken TFLite.
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # armv7l
        from tflite_runtime.interpreter import Interpreter
    return Interpreter


def _verified(file: IO[bytes], threads: int) -> Any:  # noqa: ANN401 - see interpreter_type
    """Return an interpreter of what is in a file: only of content does TFLite verify that it is sound."""
    return interpreter_type()(model_content=file.read(), num_threads=threads)


def _mapped(file: IO[bytes], threads: int) -> Any:  # noqa: ANN401 - see interpreter_type
    """Return an interpreter of a file that is mapped: once its weights are unpacked, it takes no memory."""
    # TFLite takes paths in UTF-8 only, which this one always is.
    path = _OWN_FILES / str(file.fileno())
    return interpreter_type()(model_path=str(path), num_threads=threads)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a network's file; what TFLite says of it within the context becomes a ModelError."""
    if not path.is_file():
        message = f"model {path} does not exist; reinstall facet-node, or correct the path"
        raise ModelError(message)
    try:
        with path.open("rb") as file, without_remarks():
            yield file
    except (OSError, ValueError, RuntimeError) as error:
        message = (
            f"model {path} cannot be loaded: {error}. The file is damaged or made for another "
            "TFLite; reinstall facet-node, or export the model again"
        )
        raise ModelError(message) from error


def require_sound(path: Path) -> None:
    """Make sure that a network's file is there and sound, in a tenth of the time that loading it takes.

    Raises:
        ModelError: the file is missing or damaged.
    """
    with _opened(path) as file:
        _verified(file, threads=1)


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

    def __init__(self, interpreter: Any, path: Path) -> None:  # noqa: ANN401 - see interpreter_type
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
            ModelError: the file is missing, TFLite cannot run it, or its inputs and outputs are not as here.
        """
        with _opened(path) as file:
            interpreter = _verified(file, threads)
            may_map = is_replaced_as_a_whole(path) and _OWN_FILES.is_dir()
            if may_map:
                interpreter = _mapped(file, threads)
            interpreter.allocate_tensors()
            if may_map:
                release(file)
        inputs = interpreter.get_input_details()
        if len(inputs) != 1:
            message = f"model {path} has {len(inputs)} inputs; one is expected"
            raise ModelError(message)
        for tensor in (*inputs, *interpreter.get_output_details()):
            if tensor["dtype"] is not np.float32:
                message = (
                    f"model {path}: {tensor['name']} is {np.dtype(tensor['dtype'])}, and inputs and outputs have to be "
                    "float32; export the model with these, its layers may compute in eight bits all the same"
                )
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

    @property
    def multiplications(self) -> int | None:
        """The multiply-adds of the convolutions and dense layers of one invocation; None where TFLite does not tell."""
        if not hasattr(self._interpreter, "_get_ops_details"):
            return None
        shapes = {each["index"]: each["shape"] for each in self._interpreter.get_tensor_details()}
        return sum(
            _multiplications(shapes[operator["outputs"][0]], shapes[operator["inputs"][1]], channel)
            for operator in self._interpreter._get_ops_details()  # noqa: SLF001 - nothing public tells
            if (channel := _CHANNEL_AXES.get(operator["op_name"])) is not None
        )

    @property
    def input(self) -> NDArray[np.float32]:
        """What the network is shown, of input_shape: the interpreter's own memory, to be written to.

        TFLite refuses to run while anybody holds it.
        """
        values: NDArray[np.float32] = self._interpreter.tensor(self._input)()
        return values

    def invoke(self) -> None:
        """Run the network on its input."""
        self._interpreter.invoke()
        self.invocations += 1

    def run(self) -> list[NDArray[np.float32]]:
        """Run the network on its input, and return copies of its outputs, in the file's order."""
        self.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def __call__(self, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run the network on values (of input_shape, float32) and return its outputs."""
        self.input[:] = values
        return self.run()


def _multiplications(output: Sequence[int], weight: Sequence[int], channel: int) -> int:
    """Each output is a sum over one kernel: all of a weight's axes but that of the outputs."""
    return int(np.prod(output)) * int(np.prod(weight)) // int(weight[channel])
