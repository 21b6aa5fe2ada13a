"""Changing an exported network without its training code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from model.errors import WeightsError
from model.export.tflite_tables import Tables

ADDED = "added_"
"""How the names of tensors begin that were added to what had been exported; see widen_weights."""
SMALL = "small_"
"""How the names begin of what layers with few weights compute; see name_small_layers."""

_KINDS = schema.BuiltinOperator
_TYPES = schema.TensorType
_IMAGE_RANK = 4
_LAYERS = (_KINDS.CONV_2D, _KINDS.FULLY_CONNECTED)
# Weights below this are biases and slopes; halving them saves nothing, and each costs an operator.
_SMALLEST_WEIGHTS = 1024
# What exporters without PReLU write instead: the positive part, plus half the slope times the value less its magnitude;
# or the positive part, less the slope times the positive part of the value times -1. The slopes are the constant of the
# last operator but one, times this.
_PRELU_WRITTEN_OUT = {
    (_KINDS.RELU, _KINDS.ABS, _KINDS.SUB, _KINDS.MUL, _KINDS.ADD): 2,
    (_KINDS.RELU, _KINDS.MUL, _KINDS.MUL, _KINDS.SUB): 1,
}
_LONGEST = max(map(len, _PRELU_WRITTEN_OUT))


class Graph(Tables):
    """A network that is changed; see Tables for its file."""

    def set_batch_of_one(self) -> None:
        """Let a network that was exported for several inputs at once take one."""
        for index, tensor in enumerate(self._graph.tensors):
            if self._constant(index) is None and tensor.shape is not None and len(tensor.shape):
                tensor.shape = np.concatenate([[1], tensor.shape[1:]]).astype(np.int32)
        for operator in self._graph.operators:
            if self._kind(operator) == _KINDS.RESHAPE:
                shape = self._graph.tensors[operator.outputs[0]].shape
                self._set(operator.inputs[1], shape)
                if operator.builtinOptions is not None:
                    operator.builtinOptions.newShape = shape

    def set_size(self, height: int, width: int) -> None:
        """Let a network of convolutions take pictures of another size: its weights suit any.

        Args:
            height: of the input, in pixels.
            width: the same.

        Raises:
            WeightsError: the network cannot halve these sides as often as it does.
        """
        computed = [self._graph.inputs[0]]
        after = np.array([height, width], np.int64)
        before = self._graph.tensors[computed[0]].shape[1:3].astype(np.int64)
        for operator in self._graph.operators:
            if self._kind(operator) == _KINDS.RESIZE_BILINEAR:
                size = np.asarray(self._constant(operator.inputs[1]))
                self._set(operator.inputs[1], _whole(size * after, before))
            if self._kind(operator) != _KINDS.DEQUANTIZE:  # that makes weights, which stay
                computed += operator.outputs.tolist()
        for index in computed:
            shape = self._graph.tensors[index].shape.copy()
            if len(shape) == _IMAGE_RANK:
                shape[1:3] = _whole(shape[1:3] * after, before)
            else:  # one row for each cell
                shape[1:2] = _whole(shape[1:2] * after.prod(), before.prod())
            self._graph.tensors[index].shape = shape

    def fuse_prelu(self) -> None:
        """Replace each activation that is written out in several operators by the one that means it."""
        prelu = self._code(_KINDS.PRELU)
        fused: list[schema.OperatorT] = []
        operators = list(self._graph.operators)
        while operators:
            kinds = tuple(map(self._kind, operators[:_LONGEST]))
            written_out = next(
                (each for each in _PRELU_WRITTEN_OUT if kinds[: len(each)] == each), ()
            )
            if not written_out:
                fused.append(operators.pop(0))
                continue
            *_, multiply, last = head = operators[: len(written_out)]
            slopes = next(i for i in multiply.inputs if self._constant(i) is not None)
            values = _PRELU_WRITTEN_OUT[written_out] * np.asarray(self._constant(slopes))
            self._set(slopes, values.reshape(1, 1, -1))
            fused.append(_operator(prelu, [head[0].inputs[0], slopes], last.outputs))
            del operators[: len(head)]
        self._graph.operators = fused

    def halve_weights(self) -> None:
        """Store large constants as float16; they are widened again when the network is loaded."""
        dequantize = self._code(_KINDS.DEQUANTIZE)
        widened: list[schema.OperatorT] = []
        for index in range(len(self._graph.tensors)):
            values = self._constant(index)
            if values is None or values.dtype != np.float32 or values.size < _SMALLEST_WEIGHTS:
                continue
            tensor = self._graph.tensors[index]
            stored = schema.TensorT()
            stored.name = (tensor.name or b"") + b"_float16"
            stored.shape, stored.type, stored.buffer = tensor.shape, _TYPES.FLOAT16, tensor.buffer
            self._graph.tensors.append(stored)
            self._write_buffer(stored.buffer, values.astype(np.float16))
            tensor.buffer = 0  # by the format's rule the empty one: the values are computed
            widened.append(_operator(dequantize, [len(self._graph.tensors) - 1], [index]))
        self._graph.operators = [*widened, *self._graph.operators]

    def widen_weights(self) -> None:
        """Store constants as the float32 that they are widened to when the network is loaded.

        Every tensor has a name then. Those that were added to what had been exported begin with ADDED.
        """
        kept: list[schema.OperatorT] = []
        for operator in self._graph.operators:
            stored, widened = operator.inputs[0], operator.outputs[0]
            values = (
                self._stored(int(stored)) if self._kind(operator) == _KINDS.DEQUANTIZE else None
            )
            if values is None:
                kept.append(operator)
                continue
            self._graph.tensors[widened].buffer = len(self._model.buffers)
            self._model.buffers.append(schema.BufferT())
            self._write_buffer(len(self._model.buffers) - 1, values)
        self._graph.operators = kept
        for index, tensor in enumerate(self._graph.tensors):
            tensor.name = tensor.name or f"{ADDED}{index}".encode()

    def name_small_layers(self, weights: int) -> None:
        """Let the names of what layers with fewer weights compute begin with SMALL."""
        for operator in self._graph.operators:
            if self._kind(operator) in _LAYERS:
                constant = self._constant(int(operator.inputs[1]))
                output = self._graph.tensors[operator.outputs[0]]
                if constant is not None and constant.size < weights:
                    output.name = SMALL.encode() + output.name

    def features(self) -> list[int]:
        """Return the tensors from which each member's dense layers, of which it has two, conclude.

        Raises:
            WeightsError: it is not an attribute network.
        """
        dense = [o for o in self._graph.operators if self._kind(o) == _KINDS.FULLY_CONNECTED]
        if not dense or len(dense) % 2:
            message = (
                f"it has {len(dense)} dense layers; an attribute network has two for each member"
            )
            raise WeightsError(message)
        return [int(operator.inputs[0]) for operator in dense[::2]]

    def keep_outputs(self, count: int) -> None:
        """Remove all outputs but the first ones, with the operators that make the others, if there are more."""
        for index in self._graph.outputs[count:]:
            self._remove_maker(int(index))
        self._graph.outputs = self._graph.outputs[:count]

    def set_outputs(self, tensors: Sequence[int]) -> None:
        """Let the network give some of its tensors, and nothing else."""
        self._graph.outputs = np.array(tensors, np.int32)
        self._model.signatureDefs = None

    def add_dense_output(
        self,
        tensors: Sequence[int],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        """Add an output: the sum of dense layers, one for each of some tensors.

        Args:
            tensors: (1, n) each.
            weights: (outputs, the sum of n).
            bias: (outputs,).
        """
        code = self._code(_KINDS.FULLY_CONNECTED)
        sizes = [int(self._graph.tensors[index].shape[-1]) for index in tensors]
        parts = np.split(weights, np.cumsum(sizes)[:-1], axis=1)
        outputs: list[int] = []
        for index, part in zip(tensors, parts, strict=True):
            added = np.zeros_like(bias) if outputs else bias
            outputs.append(self._tensor((1, len(bias))))
            dense = _operator(code, [index, self._tensor(part), self._tensor(added)], outputs[-1:])
            dense.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
            dense.builtinOptions = schema.FullyConnectedOptionsT()
            self._graph.operators.append(dense)
        total = reduce(self._add_sum, outputs)
        self._graph.outputs = np.append(self._graph.outputs, np.int32(total))
        self._model.signatureDefs = None

    def _remove_maker(self, tensor: int) -> None:
        """Remove what makes a tensor, and what makes its inputs where nothing else needs them."""
        makers = [o for o in self._graph.operators if tensor in o.outputs]
        self._graph.operators = [o for o in self._graph.operators if tensor not in o.outputs]
        needed = {int(i) for o in self._graph.operators for i in o.inputs} | {*self._graph.outputs}
        for maker in makers:
            for index in maker.inputs:
                if int(index) not in needed:
                    self._remove_maker(int(index))

    def _add_sum(self, first: int, second: int) -> int:
        total = self._tensor(tuple(self._graph.tensors[first].shape))
        operator = _operator(self._code(_KINDS.ADD), [first, second], [total])
        operator.builtinOptionsType = schema.BuiltinOptions.AddOptions
        operator.builtinOptions = schema.AddOptionsT()
        self._graph.operators.append(operator)
        return total


def _whole(lengths: NDArray[np.int64], divisors: NDArray[np.int64] | np.int64) -> NDArray[np.int32]:
    if (lengths % divisors).any():
        message = "the network cannot halve a picture of this size as often as it does; take a multiple of its stride"
        raise WeightsError(message)
    return (lengths // divisors).astype(np.int32)


def _operator(code: int, inputs: Sequence[int], outputs: Sequence[int]) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.opcodeIndex = code
    operator.inputs = np.array(inputs, np.int32)
    operator.outputs = np.array(outputs, np.int32)
    return operator
