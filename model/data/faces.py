"""The one face of a picture that is known to show one, found and cut by the product's own detector and aligner."""

from __future__ import annotations

from dataclasses import dataclass

from device.networks.files import ZOO
from device.observation import Detection, Image
from device.perception.alignment import align, align_whole
from device.perception.detection import FaceDetector

CERTAIN_SCORE = 0.5
"""The product's default: a face with this score is found."""
# Where a face is promised, a weak find is better than none.
_WEAK_SCORE = 0.1


@dataclass(frozen=True, slots=True)
class FoundCrop:
    """A canonical crop, (side, side, 3) uint8 BGR, and whether the product would have found the face."""

    crop: Image
    is_certain: bool


class FaceFinder:
    """Finds the face of a picture that is known to show one: the largest certain face, or else the largest weak one."""

    def __init__(self) -> None:
        self._detector = FaceDetector.load(ZOO, _WEAK_SCORE)

    def find(self, image: Image) -> Detection | None:
        """Return the face of image, (H, W, 3) uint8 BGR, or None."""
        faces = self._detector.detect(image)
        return max(faces, key=lambda f: (f.score >= CERTAIN_SCORE, f.box.area), default=None)

    def crop(self, image: Image, side: int, margin: float = 1.0) -> FoundCrop:
        """Cut the canonical crop of the face; where there is none, the picture's central square."""
        face = self.find(image)
        if face is None:
            return FoundCrop(align_whole(image, side, margin), is_certain=False)
        crop = align(image, face.keypoints, side, margin)
        return FoundCrop(crop, is_certain=face.score >= CERTAIN_SCORE)
