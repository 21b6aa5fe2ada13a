"""Changing a network's file changes nothing that it says."""

from __future__ import annotations

from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from device.networks.files import model_path, shipped_models
from device.perception.runtime import Network
from model.errors import WeightsError
from model.export.tflite_graph import Graph

_KINDS = schema.BuiltinOperator
_SIDE, _CHANNELS = 16, 128
_SLOPE = 0.25


def _tensor(shape: list[int], buffer: int = 0) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape = b"t", np.array(shape, np.int32)
    tensor.type, tensor.buffer = schema.TensorType.FLOAT32, buffer
    return tensor


def _operator(code: int, inputs: list[int], output: int) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.opcodeIndex = code
    operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
    return operator


def written_out(batch: int = 2) -> bytes:
    """Return a network for several inputs: one layer of 2,048 weights, and an activation in five operators."""
    rows = schema.BuiltinOptions.FullyConnectedOptions
    weights = np.random.default_rng(0).normal(size=(_CHANNELS, _SIDE)).astype(np.float32)
    constants = [weights, np.zeros(_CHANNELS, np.float32), np.full(_CHANNELS, _SLOPE, np.float32)]
    buffers = [schema.BufferT()]
    for values in constants:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        buffers.append(buffer)
    kinds = [_KINDS.FULLY_CONNECTED, _KINDS.RELU, _KINDS.ABS, _KINDS.SUB, _KINDS.MUL, _KINDS.ADD]
    codes = []
    for kind in kinds:
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = kind
        code.version = 1
        codes.append(code)
    graph = schema.SubGraphT()
    wide = [batch, _CHANNELS]
    shapes = [([batch, _SIDE], 0), ([_CHANNELS, _SIDE], 1), ([_CHANNELS], 2), ([_CHANNELS], 3)]
    graph.tensors = [_tensor(*shape) for shape in (*shapes, *[(wide, 0)] * 6)]
    graph.inputs, graph.outputs = np.array([0], np.int32), np.array([9], np.int32)
    dense = _operator(0, [0, 1, 2], 4)
    dense.builtinOptionsType = rows
    dense.builtinOptions = schema.FullyConnectedOptionsT()
    # relu(x) + (x - |x|) * slope, where the slope is half of the activation's
    graph.operators = [
        dense,
        _operator(1, [4], 5),
        _operator(2, [4], 6),
        _operator(3, [4, 6], 7),
        _operator(4, [7, 3], 8),
        _operator(5, [5, 8], 9),
    ]
    for operator, kind in zip(graph.operators[3:], ("Sub", "Mul", "Add"), strict=True):
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, f"{kind}Options")
        operator.builtinOptions = getattr(schema, f"{kind}OptionsT")()
    model = schema.ModelT()
    model.version, model.buffers, model.operatorCodes, model.subgraphs = 3, buffers, codes, [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def answer(content: bytes, folder: Path, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a network of this content says."""
    path = folder / "network.tflite"
    path.write_bytes(content)
    return Network.load(path)(values)[0].reshape(len(values), _CHANNELS)


@pytest.fixture
def values() -> NDArray[np.float32]:
    """One input."""
    return np.random.default_rng(1).normal(size=(1, _SIDE)).astype(np.float32)


def test_a_changed_network_says_what_the_first_one_said(
    tmp_path: Path, values: NDArray[np.float32]
) -> None:
    """For one input instead of two, with its activation as one operator, to the precision of 16 bits."""
    before = answer(written_out(), tmp_path, np.repeat(values, 2, axis=0))[:1]
    graph = Graph(written_out())
    graph.set_batch_of_one()
    graph.fuse_prelu()
    exact = answer(graph.to_bytes(), tmp_path, values)
    graph.halve_weights()
    halved = answer(graph.to_bytes(), tmp_path, values)
    np.testing.assert_allclose(exact, before, atol=1e-5)
    np.testing.assert_allclose(halved, before, atol=2e-2)
    assert not np.array_equal(halved, exact)


def test_five_operators_become_one() -> None:
    """The others stay in their order."""
    graph = Graph(written_out())
    graph.fuse_prelu()
    assert graph.kinds() == [_KINDS.FULLY_CONNECTED, _KINDS.PRELU]


def test_the_activations_that_pytorch_writes_out_become_one_operator_each(tmp_path: Path) -> None:
    """The positive part, less the slope times that of the opposite: 33 of them, and the same answers."""
    network = model_path("attributes")
    graph = Graph.read(network)
    written_out = graph.kinds()
    graph.fuse_prelu()
    fused = graph.kinds()
    assert (fused.count(_KINDS.PRELU), len(written_out) - len(fused)) == (33, 33 * 3)
    assert _KINDS.SUB not in fused
    (tmp_path / "fused.tflite").write_bytes(graph.to_bytes())
    ours, theirs = Network.load(tmp_path / "fused.tflite"), Network.load(network)
    pixels = np.random.default_rng(2).uniform(-1, 1, theirs.input_shape).astype(np.float32)
    for found, expected in zip(ours(pixels), theirs(pixels), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_halved_weights_need_half_the_file() -> None:
    """But for the biases and the tables."""
    graph = Graph(written_out())
    whole = len(graph.to_bytes())
    graph.halve_weights()
    assert len(graph.to_bytes()) < whole - _SIDE * _CHANNELS * 1.8


def test_widened_weights_say_the_same(tmp_path: Path) -> None:
    """They are what they are widened to when the network is loaded."""
    graph = Graph(written_out(1))
    graph.halve_weights()
    (tmp_path / "halved.tflite").write_bytes(graph.to_bytes())
    graph.widen_weights()
    assert _KINDS.DEQUANTIZE not in graph.kinds()
    (tmp_path / "widened.tflite").write_bytes(graph.to_bytes())
    halved, widened = (Network.load(tmp_path / f"{name}.tflite") for name in ("halved", "widened"))
    pixels = np.random.default_rng(2).normal(size=halved.input_shape).astype(np.float32)
    np.testing.assert_array_equal(widened(pixels)[0], halved(pixels)[0])


@pytest.mark.parametrize("name", shipped_models())
def test_the_shipped_networks_say_the_same_with_widened_weights(name: str, tmp_path: Path) -> None:
    """Those of sixteen bits, and those of eight that are scaled channel by channel."""
    graph = Graph.read(model_path(name))
    graph.widen_weights()
    (tmp_path / "widened.tflite").write_bytes(graph.to_bytes())
    widened, shipped = Network.load(tmp_path / "widened.tflite"), Network.load(model_path(name))
    pixels = np.random.default_rng(2).uniform(-1, 1, shipped.input_shape).astype(np.float32)
    for found, expected in zip(widened(pixels), shipped(pixels), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    """With its name."""
    path = tmp_path / "notes.tflite"
    path.write_text("nothing")
    with pytest.raises(WeightsError, match=r"notes\.tflite cannot be read as a network"):
        Graph.read(path)


@pytest.mark.parametrize("name", shipped_models())
def test_another_output_changes_nothing_of_the_first(name: str, tmp_path: Path) -> None:
    """It is the dense layer that was asked for, on what the network's dense layers see; and it can be taken out."""
    graph = Graph.read(model_path(name))
    graph.keep_outputs(1)
    (tmp_path / "plain.tflite").write_bytes(graph.to_bytes())
    plain = Network.load(tmp_path / "plain.tflite")
    random = np.random.default_rng(3)
    pixels = random.uniform(-1, 1, plain.input_shape).astype(np.float32)

    seen = Graph.read(tmp_path / "plain.tflite")
    seen.set_outputs(seen.features())
    (tmp_path / "seen.tflite").write_bytes(seen.to_bytes())
    features = np.concatenate(Network.load(tmp_path / "seen.tflite")(pixels), axis=1)[0]

    weights = random.normal(size=(3, len(features))).astype(np.float32)
    bias = np.array([1, 2, 3], np.float32)
    graph.add_dense_output(graph.features(), weights, bias)
    (tmp_path / "more.tflite").write_bytes(graph.to_bytes())
    logits, added = Network.load(tmp_path / "more.tflite")(pixels)
    np.testing.assert_array_equal(logits, plain(pixels)[0])
    np.testing.assert_allclose(added[0], weights @ features + bias, rtol=1e-3, atol=1e-2)

    again = Graph.read(tmp_path / "more.tflite")
    again.keep_outputs(1)
    assert len(again.to_bytes()) <= (tmp_path / "plain.tflite").stat().st_size


def test_a_network_without_two_dense_layers_for_each_member_is_refused() -> None:
    """Its features would be guessed."""
    with pytest.raises(WeightsError, match="it has 1 dense layers; an attribute network has two"):
        Graph(written_out()).features()
