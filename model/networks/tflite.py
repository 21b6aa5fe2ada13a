"""Reading the weights of an exported network back from its .tflite file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from model.errors import UnfuseError
from model.networks.unfuse import Constants

_TYPES = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.FLOAT16: np.float16}
_KINDS = schema.BuiltinOperator

Array = NDArray[np.float32]


def read_constants(path: Path) -> Iterator[Constants]:
    """Read the constants of each layer of a .tflite file, in PyTorch's layout, in the order of execution.

    Raises:
        UnfuseError: it is not a TFLite file, or its weights are quantised.
        OSError: it cannot be read.
    """
    file = _File(path.read_bytes())
    hidden = _HiddenLayers()
    for kind, inputs in file.operators():
        # TFLite has (outputs, height, width, inputs), and (1, height, width, outputs) where each channel is alone.
        match kind:
            case _KINDS.CONV_2D:
                weight = file.weights(inputs[1]).transpose(0, 3, 1, 2)
                yield np.ascontiguousarray(weight), file.weights(inputs[2])
            case _KINDS.DEPTHWISE_CONV_2D:
                weight = file.weights(inputs[1]).transpose(3, 0, 1, 2)
                yield np.ascontiguousarray(weight), file.weights(inputs[2])
            case _KINDS.FULLY_CONNECTED:
                yield file.weights(inputs[1]), file.weights(inputs[2])
            case _KINDS.PRELU:
                yield (file.weights(inputs[1]).reshape(-1),)
            case _KINDS.MUL:
                yield from hidden.multiplied(*map(file.known, inputs))
            case _KINDS.ADD:
                yield from hidden.added(file.known(inputs[1]))


class _File:
    """A graph whose operators are known by their kind, and whose tensors by their index."""

    def __init__(self, content: bytes) -> None:
        try:
            self._model = schema.ModelT.InitFromPackedBuf(content, 0)
        except (AssertionError, IndexError, ValueError, TypeError, struct.error) as error:
            message = "it is not a TFLite file"
            raise UnfuseError(message) from error
        self._content = content
        self._graph = self._model.subgraphs[0]
        self._halves: dict[int, int] = {}

    def operators(self) -> Iterator[tuple[int, list[int]]]:
        """Return kind and inputs of each operator but those that only widen weights of sixteen bits."""
        for operator in self._graph.operators:
            code = self._model.operatorCodes[operator.opcodeIndex]
            kind = max(code.builtinCode, code.deprecatedBuiltinCode)
            if kind == _KINDS.DEQUANTIZE:
                self._halves[operator.outputs[0]] = operator.inputs[0]
            else:
                yield kind, list(operator.inputs)

    def known(self, index: int) -> Array | None:
        """Return a constant; None for what is computed, and for what is neither float16 nor float32."""
        tensor = self._graph.tensors[self._halves.get(index, index)]
        buffer = self._model.buffers[tensor.buffer]
        # Large constants may stand behind the tables of the file.
        data = (
            self._content[buffer.offset : buffer.offset + buffer.size]
            if buffer.data is None
            else buffer.data.tobytes()
        )
        if not data or tensor.type not in _TYPES:
            return None
        return np.frombuffer(data, _TYPES[tensor.type]).reshape(tensor.shape).astype(np.float32)

    def weights(self, index: int) -> Array:
        """Return a constant that has to be there."""
        values = self.known(index)
        if values is None:
            message = "its weights are neither float16 nor float32"
            raise UnfuseError(message)
        return values


class _HiddenLayers:
    """Layers that an export writes as multiplications and additions."""

    def __init__(self) -> None:
        self._factors: list[Array] = []

    def multiplied(self, first: Array | None, second: Array | None) -> Iterator[Constants]:
        if first is not None:
            # An activation of older exports: the positive part and half the slope times all but twice that.
            yield (2 * first,)
        elif second is None or second.ndim != 4:  # noqa: PLR2004 - (1, channels, height, width), or channels last
            return
        elif second.size == second.shape[-1]:
            # An activation: the positive part less the slope times the negative one.
            yield (second.reshape(-1),)
        else:
            # A weighted sum over places, then its normalisation; both have their channels first.
            self._factors.append(second[0])

    def added(self, shift: Array | None) -> Iterator[Constants]:
        if shift is not None and self._factors:
            weight = np.prod(np.broadcast_arrays(*self._factors), axis=0)
            yield np.ascontiguousarray(weight[:, None]), shift.reshape(-1)
            self._factors = []
