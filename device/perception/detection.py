"""Face detection: near, far, filling the frame, in groups, and small in a large frame.

BlazeFace sees 192 pixels of whatever it is shown. What is small there is found roughly, and its keypoints stand beside
the eyes; so each face is looked at until it is large enough, and what the last look says is what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod
from pathlib import Path

import numpy as np

from device.networks.files import ZOO
from device.observation import Box, Detection, Image
from device.perception.blazeface import (
    FULL_RANGE_GRIDS,
    SHORT_RANGE_GRIDS,
    BlazeFace,
    Finds,
    FloatArray,
    shrink,
)
from device.perception.full_range import FullRange
from device.perception.overlap import corners, iou, is_among
from device.perception.runtime import Network
from device.perception.tiling import Tiling, around, surroundings, tile

RETRY_SCORE = 0.2
"""Where nobody is found, people who are known or to be enrolled are looked for at this score: of LFW's 6,000 pairs 28
lose a face at 0.5, and none at this."""

# A face that fills the frame has no context on any side. Shrinking the frame to two thirds of the input gives it some.
_CLOSE_UP_SCALE = 2 / 3
# The close-up pass only counts for faces at least this large, as a share of the frame's shorter side: the full-range
# network is better at smaller ones, and the union of both gains nothing but false positives.
_CLOSE_UP_MIN_SIZE = 0.6
# Where the full-range network is certain of a small face, and does not even suspect one of this size (as a share of the
# frame's shorter side) with this score, no face fills the frame. One with a tenth of context always gets this score.
_HINT_MIN_SIZE, _HINT = 0.5, 0.1
# Of a find in the look at the whole that tells where a part of the frame may show a small face, and how large it may
# seem there, in pixels of the network's input: a larger face would be suspected at once.
_TRACE, _LARGEST_TRACE_PIXELS = 0.03, 30
# Where there are more, in noise or in a crowd, the parts around them would have more pixels than all tiles together.
_MOST_TRACES = 50
# Pixels of a face in the network's input from which on no closer look is needed: with 30 every answer about 96 of 100
# faces is right, with 39 about 99. With 640x480 these are 120 of the frame. `python -m model places` measures it.
_CLEAR_PIXELS = 36
# Of a find that is worth a closer look. What that sees must make up for what the find lacks: the mean of both scores is
# at least the minimum, since a soft shadow may pass for a face once, but hardly twice.
_SUSPICION = 0.3
# A closer look sees the face that it is about if the two finds overlap this much: the first was a rough one.
_SAME_PLACE_IOU = 0.2
# A crowd must not take forever. What is left then is not judged anyway; see max_faces.
_MOST_CLOSER_LOOKS = 50


class FaceDetector:
    """Finds faces with BlazeFace networks. Made by `load`.

    The full-range one sees groups and far faces. A copy of it with a small input takes the closer looks. The
    short-range one runs with a margin around the frame, for a face so close that it fills the frame. Of a large frame
    it also looks at the parts in which the whole shows a trace of a small face, and of a very large one at all parts.

    Args:
        full: the full-range network.
        closer: the same with a small input.
        short: the short-range network.
        min_score: the minimum score of a face, 0..1.
        min_face: the size of the smallest face worth searching for, in pixels; the shorter side of its box.
    """

    def __init__(
        self, full: FullRange, closer: Network, short: Network, min_score: float, min_face: float
    ) -> None:
        self.full, self.closer, self.short = full, closer, short
        self._min_score = min_score
        self._suspicion = min(_SUSPICION, min_score)
        self._min_face = min_face
        self._closely = BlazeFace(closer, FULL_RANGE_GRIDS)
        self._close_up = BlazeFace(short, SHORT_RANGE_GRIDS, _CLOSE_UP_SCALE)

    @classmethod
    def load(
        cls, models: Path = ZOO, min_score: float = 0.5, threads: int = 1, min_face: float = 48
    ) -> FaceDetector:
        """Load the networks.

        Args:
            models: folder with face_detection_full_range.tflite, _full_range_wide.tflite, _closer_look.tflite and
                _short_range.tflite.
            min_score: the minimum score of a face, 0..1.
            threads: CPU threads of an invocation.
            min_face: the size of the smallest face worth searching for, in pixels.

        Raises:
            ModelError: a network is missing or damaged.
        """
        closer, short = (
            Network.load(models / f"face_detection_{name}.tflite", threads)
            for name in ("closer_look", "short_range")
        )
        return cls(FullRange.load(models, threads), closer, short, min_score, min_face)

    @property
    def networks(self) -> Sequence[Network]:
        """All that are loaded."""
        return (*self.full.networks, self.closer, self.short)

    def less_strict(self) -> FaceDetector:
        """Return a detector of the same networks whose minimum score is RETRY_SCORE, if its own is not lower."""
        score = min(RETRY_SCORE, self._min_score)
        return FaceDetector(self.full, self.closer, self.short, score, self._min_face)

    def detect(self, image: Image) -> list[Detection]:
        """Return the faces in image, (H, W, 3) uint8 BGR, the highest score first."""
        size = image.shape[1], image.shape[0]
        tiling = tile(size, self._min_face, self.full.sizes)
        look, factor = self.full.take(tiling.input), tiling.divisor
        picture = image if factor == 1 else shrink(image, factor)
        seen = self._whole(look, picture)
        finds = seen.placed(factor, (0, 0))
        is_certain = seen.scores >= self._min_score
        is_suspected = (seen.scores >= self._suspicion) & ~is_certain
        certain, suspected = (finds.where(each).faces() for each in (is_certain, is_suspected))
        clear_size = _CLEAR_PIXELS * max(size) / max(tiling.input)
        clear = [face for face in certain if face.box.size >= clear_size]
        rough = [face for face in (*certain, *suspected) if face.box.size < clear_size]
        if tiling.corners:
            rough += self._small(look, picture, tiling, seen)
        faces = [*clear, *self._closer_looks(image, rough, clear)]
        return sorted(faces, key=lambda face: -face.score)

    def detect_at_once(self, image: Image) -> list[Detection]:
        """Return the faces that one look at the whole image finds, as they seem there; to compare with detect."""
        whole = tile((image.shape[1], image.shape[0]), inf, self.full.sizes)
        far = self.full.take(whole.input).find(image, self._min_score)
        return far.and_also(self._near(image, self._min_score)).faces()

    def _whole(self, look: BlazeFace, picture: Image | FloatArray) -> Finds:
        """Return what is found in a look at the whole, down to a mere trace."""
        seen = look.find(picture, min(_TRACE, self._suspicion))
        is_large = seen.sizes >= _HINT_MIN_SIZE * min(picture.shape[:2])
        is_certain = seen.scores >= self._min_score
        if (is_large & (seen.scores >= _HINT)).any() or not is_certain.any():
            seen = seen.and_also(self._near(picture, self._suspicion))
        return seen

    def _small(
        self, look: BlazeFace, picture: Image | FloatArray, tiling: Tiling, seen: Finds
    ) -> list[Detection]:
        """Return the rough finds that only a part of the picture shows, in the frame's pixels.

        Args:
            look: at the whole, and at tiles.
            picture: the frame, shrunk as the tiling says.
            tiling: with tiles.
            seen: what the look at the whole has found.
        """
        corners: Sequence[tuple[int, int]] = tiling.corners
        height, width = picture.shape[:2]
        scale = max(width, height) / max(tiling.input)
        if tiling.is_traced and len(traces := self._traces(seen, scale)) <= _MOST_TRACES:
            parts = around(traces, (width, height), self._closely.size)
            if len(parts) * prod(self._closely.size) < len(corners) * prod(look.size):
                look, corners = self._closely, parts
        (across, down), factor = look.size, tiling.divisor
        rough: list[Detection] = []
        for left, top in corners:
            finds = look.find(picture[top : top + down, left : left + across], self._suspicion)
            rough += finds.placed(factor, (left * factor, top * factor)).faces()
        return rough

    def _traces(self, seen: Finds, scale: float) -> Sequence[Box]:
        """Return the traces of small faces that are no part of what is suspected at least.

        Args:
            seen: in the look at the whole.
            scale: pixels of the picture for each of the network's input.
        """
        is_trace = seen.scores < self._suspicion
        known = [face.box for face in seen.where(~is_trace).faces()]
        traces = [find.box for find in seen.where(is_trace).faces()]
        largest = _LARGEST_TRACE_PIXELS * scale
        return [box for box in traces if box.size < largest and not is_among(box, known)]

    def _near(self, picture: Image | FloatArray, min_score: float) -> Finds:
        """Return the finds of the short-range network that are large enough to count."""
        finds = self._close_up.find(picture, min_score)
        return finds.where(finds.sizes >= _CLOSE_UP_MIN_SIZE * min(picture.shape[:2]))

    def _closer_looks(
        self, image: Image, rough: Sequence[Detection], clear: Sequence[Detection]
    ) -> list[Detection]:
        """Return the rough finds as they are seen close by, each face once, without those that are clear already."""
        faces = list(clear)
        looks = 0
        for find in sorted(rough, key=lambda find: -find.score):
            if looks == _MOST_CLOSER_LOOKS:
                break
            if is_among(find.box, [face.box for face in faces]):
                continue
            looks += 1
            face = self._closer_look(image, find.box)
            if face is None or (find.score + face.score) / 2 < self._min_score:
                continue
            if not is_among(face.box, [known.box for known in faces]):
                faces.append(face)
        return faces[len(clear) :]

    def _closer_look(self, image: Image, box: Box) -> Detection | None:
        """Return the face at this place as it is seen close by, or None."""
        left, top, right, bottom = surroundings(box, (image.shape[1], image.shape[0]))
        finds = self._closely.find(image[top:bottom, left:right], self._min_score)
        faces = finds.placed(1, (left, top)).faces()
        if not faces:
            return None
        overlaps = iou(corners(box)[0], corners(*(face.box for face in faces)))
        best = int(np.argmax(overlaps))
        return faces[best] if overlaps[best] >= _SAME_PLACE_IOU else None
