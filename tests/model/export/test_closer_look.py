"""The network for closer looks is the detector's full-range network with a smaller input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.networks.files import ZOO
from device.perception.runtime import Network
from model.errors import WeightsError
from model.export.closer_look import export_closer_look
from model.export.tflite_graph import Graph

_FULL_RANGE = ZOO / "face_detection_full_range.tflite"
_CLOSER_LOOK = ZOO / "face_detection_closer_look.tflite"


def _picture(side: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1, 1, (1, side, side, 3)).astype(np.float32)


def test_the_shipped_network_is_what_the_export_makes(tmp_path: Path) -> None:
    """It says the same to the last bit."""
    made, shipped = (
        Network.load(export_closer_look(_FULL_RANGE, tmp_path)),
        Network.load(_CLOSER_LOOK),
    )
    assert shipped.input_shape == made.input_shape == (1, 128, 128, 3)
    assert shipped.output_shapes == [(1, 32 * 32, 16), (1, 32 * 32, 1)]
    for ours, theirs in zip(made(_picture(128)), shipped(_picture(128)), strict=True):
        assert np.array_equal(ours, theirs)


def test_a_network_has_its_weights_still(tmp_path: Path) -> None:
    """Brought to a smaller side and back again, it says what it said."""
    graph = Graph.read(_CLOSER_LOOK)
    graph.set_side(192)
    back = tmp_path / "back.tflite"
    back.write_bytes(graph.to_bytes())
    for ours, theirs in zip(
        Network.load(back)(_picture(192)), Network.load(_FULL_RANGE)(_picture(192)), strict=True
    ):
        assert np.array_equal(ours, theirs)


def test_a_side_that_the_network_cannot_halve_is_refused() -> None:
    """It halves five times: 100 pixels do not stay whole."""
    with pytest.raises(WeightsError, match="take a multiple of its stride"):
        Graph.read(_FULL_RANGE).set_side(100)
