"""The copies of the detector's full-range network with smaller inputs have its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.networks.files import ZOO
from device.perception.runtime import Network
from model.errors import WeightsError
from model.export.smaller_inputs import export_smaller_inputs
from model.export.tflite_graph import Graph

_FULL_RANGE = ZOO / "face_detection_full_range.tflite"
_CLOSER_LOOK = ZOO / "face_detection_closer_look.tflite"
_WIDE = ZOO / "face_detection_full_range_wide.tflite"


def _picture(height: int, width: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1, 1, (1, height, width, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("shipped", "height", "width"), [(_CLOSER_LOOK, 128, 128), (_WIDE, 160, 192)]
)
def test_a_shipped_network_is_what_the_export_makes(
    tmp_path: Path, shipped: Path, height: int, width: int
) -> None:
    """It says the same to the last bit."""
    made = {path.name: path for path in export_smaller_inputs(_FULL_RANGE, tmp_path)}
    ours, theirs = Network.load(made[shipped.name]), Network.load(shipped)
    assert theirs.input_shape == ours.input_shape == (1, height, width, 3)
    cells = height * width // 16
    assert theirs.output_shapes == [(1, cells, 16), (1, cells, 1)]
    for mine, others in zip(
        ours(_picture(height, width)), theirs(_picture(height, width)), strict=True
    ):
        assert np.array_equal(mine, others)


@pytest.mark.parametrize("shipped", [_CLOSER_LOOK, _WIDE])
def test_a_network_has_its_weights_still(tmp_path: Path, shipped: Path) -> None:
    """Brought to its first size again, it says what it said."""
    graph = Graph.read(shipped)
    graph.set_size(192, 192)
    back = tmp_path / "back.tflite"
    back.write_bytes(graph.to_bytes())
    for ours, theirs in zip(
        Network.load(back)(_picture(192, 192)),
        Network.load(_FULL_RANGE)(_picture(192, 192)),
        strict=True,
    ):
        assert np.array_equal(ours, theirs)


def test_a_side_that_the_network_cannot_halve_is_refused() -> None:
    """It halves five times: 100 pixels do not stay whole."""
    with pytest.raises(WeightsError, match="take a multiple of its stride"):
        Graph.read(_FULL_RANGE).set_size(100, 192)
