"""A network is written once more for eight-bit arithmetic. Needs the extra `train`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from device.networks.files import ZOO, eight_bit_file, shipped_models
from device.perception.analysers.attributes import AttributeClassifier

pytestmark = [pytest.mark.training, pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", shipped_models())
def test_the_shipped_files_are_what_the_export_makes(name: str, tmp_path: Path) -> None:
    """From weights of sixteen bits and of eight; to the last byte, and a node takes it."""
    network = tmp_path / f"{name}.tflite"
    for suffix in (".tflite", ".json"):
        shutil.copy((ZOO / name).with_suffix(suffix), tmp_path)
    command = [sys.executable, "-m", "model", "eight-bit", str(network)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    for suffix in (".tflite", ".json"):
        made = eight_bit_file(network).with_suffix(suffix)
        assert made.read_bytes() == (ZOO / made.name).read_bytes()
    assert AttributeClassifier.load_quickest(network).network.path == eight_bit_file(network)


@pytest.mark.parametrize("name", shipped_models())
def test_only_layers_with_many_weights_compute_in_eight_bits(name: str) -> None:
    """The first ones stay in floats, as what tells facial hair does."""
    content = eight_bit_file(ZOO / f"{name}.tflite").read_bytes()
    graph = schema.ModelT.InitFromPackedBuf(content, 0)
    tensors = graph.subgraphs[0].tensors
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in graph.operatorCodes]
    convolutions = [
        tensors[operator.inputs[1]]
        for operator in graph.subgraphs[0].operators
        if codes[operator.opcodeIndex] == schema.BuiltinOperator.CONV_2D
    ]
    assert {bool(np.prod(weights.shape) >= 8000) for weights in convolutions} == {True, False}
    for weights in convolutions:
        is_in_eight_bits = weights.type == schema.TensorType.INT8
        assert is_in_eight_bits == (np.prod(weights.shape) >= 8000)
