"""BlazeFace's full-range network, in copies whose inputs have different shapes.

What is black beside a frame costs as much time as the frame: a quarter of a square, where frames are 640x480.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from device.perception.blazeface import FULL_RANGE_GRIDS, BlazeFace
from device.perception.runtime import Network, require_sound
from device.perception.tiling import Size

# Of their inputs, (width, height) in pixels. The one that is first looks at the frames of most cameras.
_FILES: dict[Size, str] = {
    (192, 160): "face_detection_full_range_wide.tflite",
    (192, 192): "face_detection_full_range.tflite",
}


class FullRange:
    """The networks that see groups and far faces. Made by `load`.

    Args:
        loaders: load them, by the size of their input. Each is called when a frame first needs it: the frames of a
            camera have one size, and a network takes 8 MB.
    """

    def __init__(self, loaders: Mapping[Size, Callable[[], Network]]) -> None:
        self._loaders = loaders
        self._networks: dict[Size, Network] = {}
        self._looking: dict[Size, BlazeFace] = {}

    @classmethod
    def load(cls, models: Path, threads: int) -> FullRange:
        """Make sure that all are sound, and load the one that most frames need.

        Args:
            models: folder with face_detection_full_range.tflite and _full_range_wide.tflite.
            threads: CPU threads of an invocation.

        Raises:
            ModelError: a network is missing or damaged.
        """
        paths = {size: models / name for size, name in _FILES.items()}
        usual, *others = paths
        for size in others:
            require_sound(paths[size])
        found = cls({size: partial(Network.load, path, threads) for size, path in paths.items()})
        found.take(usual)
        return found

    @property
    def sizes(self) -> Sequence[Size]:
        """Of the inputs that there are."""
        return tuple(self._loaders)

    @property
    def networks(self) -> Sequence[Network]:
        """Those that are loaded."""
        return tuple(self._networks.values())

    def take(self, size: Size) -> BlazeFace:
        """Return the one with an input of this size.

        Raises:
            ModelError: it cannot be loaded any more.
        """
        if size not in self._looking:
            network = self._loaders[size]()
            self._networks[size] = network
            self._looking[size] = BlazeFace(network, FULL_RANGE_GRIDS)
        return self._looking[size]
