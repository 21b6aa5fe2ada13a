"""A network's .tflite file as objects: the tables of its format, read and written."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Self

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from model.errors import WeightsError
from model.export.unused import drop_unused

_TYPES = schema.TensorType
_IDENTIFIER = b"TFL3"


class Tables:
    """A network of one subgraph, which computes in float32.

    Args:
        content: of the .tflite file.

    Raises:
        WeightsError: it is not such a file.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._model = schema.ModelT.InitFromPackedBuf(content, 0)
            self._take_in_large_constants(content)
            self._graph = self._model.subgraphs[0]
        except (AssertionError, IndexError, ValueError, TypeError, struct.error) as error:
            message = "it is not a TFLite file"
            raise WeightsError(message) from error

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a .tflite file.

        Raises:
            WeightsError: it is missing or not a network.
        """
        try:
            return cls(path.read_bytes())
        except (OSError, WeightsError) as error:
            message = f"{path} cannot be read as a network: {error}"
            raise WeightsError(message) from error

    def kinds(self) -> list[int]:
        """Return the kind of each operator, in the order of execution; see schema.BuiltinOperator."""
        return [self._kind(operator) for operator in self._graph.operators]

    def to_bytes(self) -> bytes:
        """Return the content of a .tflite file."""
        drop_unused(self._model)
        builder = flatbuffers.Builder(0)
        builder.Finish(self._model.Pack(builder), _IDENTIFIER)
        return bytes(builder.Output())

    def _take_in_large_constants(self, content: bytes) -> None:
        """Give those their place in the tables that stand behind them in the file."""
        for buffer in self._model.buffers:
            if buffer.data is None and buffer.offset > 1:
                part = content[buffer.offset : buffer.offset + buffer.size]
                buffer.data, buffer.offset, buffer.size = np.frombuffer(part, np.uint8), 0, 0

    def _tensor(self, values: NDArray[np.float32] | tuple[int, ...]) -> int:
        """Add a constant, or a tensor of a shape that is computed; return its index."""
        tensor = schema.TensorT()
        tensor.type, tensor.buffer = _TYPES.FLOAT32, 0
        if isinstance(values, tuple):
            tensor.shape = np.array(values, np.int32)
        else:
            self._model.buffers.append(schema.BufferT())
            tensor.shape = np.array(values.shape, np.int32)
            tensor.buffer = len(self._model.buffers) - 1
            self._write_buffer(tensor.buffer, values)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _kind(self, operator: schema.OperatorT) -> int:
        code = self._model.operatorCodes[operator.opcodeIndex]
        return int(max(code.builtinCode, code.deprecatedBuiltinCode))

    def _code(self, kind: int) -> int:
        """Return the index of a kind of operator, which is added."""
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = kind
        code.version = 1
        self._model.operatorCodes.append(code)
        return len(self._model.operatorCodes) - 1

    def _constant(self, index: int) -> NDArray[np.float32] | NDArray[np.int32] | None:
        tensor = self._graph.tensors[index]
        data = self._model.buffers[tensor.buffer].data
        kinds = {_TYPES.FLOAT32: np.float32, _TYPES.INT32: np.int32}
        if data is None or not len(data) or tensor.type not in kinds:
            return None
        values: NDArray[np.float32] = np.frombuffer(data.tobytes(), kinds[tensor.type])
        return values.reshape(tensor.shape)

    def _stored(self, index: int) -> NDArray[np.float32] | None:
        """Return what a constant of fewer bits is widened to; None if it is no such constant."""
        tensor = self._graph.tensors[index]
        data = self._model.buffers[tensor.buffer].data
        kinds = {_TYPES.FLOAT16: np.float16, _TYPES.INT8: np.int8}
        if data is None or tensor.type not in kinds:
            return None
        values = np.frombuffer(data.tobytes(), kinds[tensor.type]).reshape(tensor.shape)
        if tensor.type == _TYPES.FLOAT16:
            return values.astype(np.float32)
        scales = np.ones(values.ndim, np.int64)
        scales[tensor.quantization.quantizedDimension] = -1
        widened = values * tensor.quantization.scale.astype(np.float32).reshape(scales)
        return np.asarray(widened, np.float32)

    def _set(self, index: int, values: NDArray[np.float32] | NDArray[np.int32]) -> None:
        tensor = self._graph.tensors[index]
        if tensor.type == _TYPES.FLOAT32:
            tensor.shape = np.array(values.shape, np.int32)
        self._write_buffer(tensor.buffer, values)

    def _write_buffer(self, buffer: int, values: NDArray[np.generic]) -> None:
        self._model.buffers[buffer].data = np.frombuffer(values.tobytes(), np.uint8)
