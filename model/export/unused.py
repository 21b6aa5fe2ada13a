"""What a changed network does not need any more is not written into its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray


def drop_unused(model: schema.ModelT) -> None:
    """Leave out tensors that no operator names, their constants, and kinds of operators that do not occur."""
    (graph,), codes = model.subgraphs, model.operatorCodes
    tensors = _Renumbered(
        [*graph.inputs, *graph.outputs]
        + [i for o in graph.operators for i in (*o.inputs, *o.outputs) if i >= 0]
    )
    kinds = _Renumbered([operator.opcodeIndex for operator in graph.operators])
    for operator in graph.operators:
        operator.inputs, operator.outputs = tensors(operator.inputs), tensors(operator.outputs)
        operator.opcodeIndex = int(kinds([operator.opcodeIndex])[0])
    graph.inputs, graph.outputs = tensors(graph.inputs), tensors(graph.outputs)
    for definition in model.signatureDefs or ():
        for named in (*definition.inputs, *definition.outputs):
            named.tensorIndex = int(tensors([named.tensorIndex])[0])
    graph.tensors = [graph.tensors[i] for i in tensors]
    holders = [*graph.tensors, *(model.metadata or ())]
    # The first one is empty by the format's rule.
    buffers = _Renumbered([0, *(holder.buffer for holder in holders)])
    for holder in holders:
        holder.buffer = int(buffers([holder.buffer])[0])
    model.buffers = [model.buffers[i] for i in buffers]
    model.operatorCodes = [codes[i] for i in kinds]


class _Renumbered:
    """The indices that are kept, in their order, and what they become."""

    def __init__(self, kept: Sequence[int]) -> None:
        self._kept = sorted({int(i) for i in kept})
        self._place = {index: place for place, index in enumerate(self._kept)} | {-1: -1}

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept)

    def __call__(self, indices: Sequence[int]) -> NDArray[np.int32]:
        return np.array([self._place[int(i)] for i in indices], np.int32)
