"""From the detector's full-range network to copies of it with smaller inputs, which take less time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from model.export.tflite_graph import Graph

_SIZES = {
    # A face seen close by has a third of the width of the full-range network's input, and half of this one's.
    "closer_look": (128, 128),
    # Frames of 4:3 and 5:4 need no more rows, and a network that halves its input five times takes no fewer.
    "full_range_wide": (160, 192),
}


def export_smaller_inputs(source: Path, folder: Path) -> Sequence[Path]:
    """Write face_detection_closer_look.tflite and face_detection_full_range_wide.tflite, and return their paths.

    They have the weights of the full-range network.

    Args:
        source: face_detection_full_range.tflite.
        folder: takes the files.

    Raises:
        WeightsError: the source cannot be read, or is no such network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (height, width) in _SIZES.items():
        graph = Graph.read(source)
        graph.set_size(height, width)
        paths.append(folder / f"face_detection_{name}.tflite")
        paths[-1].write_bytes(graph.to_bytes())
    return paths
