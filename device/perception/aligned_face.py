"""One face of one frame, from which each analyser cuts what its network needs, all with the one aligner."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from device.observation import Detection, Image
from device.perception.alignment import CANONICAL, RECOGNITION, Framing, align
from device.perception.mouth import is_mouth_hidden
from device.perception.quality import Quality, measure

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class View:
    """How much of a face a crop shows, and in how many pixels.

    Attributes:
        side: of the crop, in pixels.
        margin: 1.0 is the framing itself; see alignment.align.
        framing: where the face lies in the crop.
    """

    side: int
    margin: float = 1.0
    framing: Framing = CANONICAL


# The same crop as the recognition network's.
_RECOGNITION = View(112, framing=RECOGNITION)


class AlignedFace:
    """A face that was detected in a frame. Crops are made when they are asked for, and each only once.

    Args:
        image: the whole frame, (H, W, 3) uint8 BGR.
        detection: where the face is in it.
        quality_view: the crop on which quality is measured; cheapest where an analyser needs the same one.
        is_doubtful: whether only a second look has found it; see pipeline.SecondLook.

    Attributes:
        measured: what the analysers before have found out about this face, by their names.
    """

    def __init__(
        self, image: Image, detection: Detection, quality_view: View, *, is_doubtful: bool = False
    ) -> None:
        self.image = image
        self.detection = detection
        self.is_doubtful = is_doubtful
        self.measured: dict[str, Any] = {}
        self._quality_view = quality_view
        self._crops: dict[View, Image] = {}
        self._results: dict[Hashable, Any] = {}

    @cached_property
    def quality(self) -> Quality:
        """How well the face is seen."""
        return measure(self.detection, self.crop(self._quality_view))

    @property
    def recognition_crop(self) -> Image:
        """The face as the recognition network sees it, (112, 112, 3) uint8 BGR; what is hidden is looked for in it."""
        return self.crop(_RECOGNITION)

    @cached_property
    def is_mouth_hidden(self) -> bool:
        """Whether something is in front of the mouth, or the face looks too far away to show it."""
        return is_mouth_hidden(self.recognition_crop, self.detection.keypoints)

    def crop(self, view: View) -> Image:
        """Return the face upright, (side, side, 3) uint8 BGR. It is shared: do not write to it."""
        if view not in self._crops:
            self._crops[view] = align(
                self.image, self.detection.keypoints, view.side, view.margin, view.framing
            )
        return self._crops[view]

    def once(self, asked: Hashable, compute: Callable[[], ResultT]) -> ResultT:
        """Return what a network computes on this face, for whichever analysers need it; it runs only once.

        Args:
            asked: the network; what it computed is kept under it.
            compute: runs it.
        """
        if asked not in self._results:
            self._results[asked] = compute()
        result: ResultT = self._results[asked]
        return result
