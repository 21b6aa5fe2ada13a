"""What becomes of a face that is small in its frame: pasted at many places of large frames, and looked at there.

Where it is, its photograph tells, in which it is large. What is right about it are the answers about the frame's pixels
at that place, so that only what the detector does can make a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from rich.table import Table
from tqdm import tqdm

from device.camera.picture import decode
from device.config.sections.perception import PerceptionSettings
from device.networks.files import ZOO, model_path
from device.observation import Box, Detection, FaceAttributes, Image
from device.perception.analysers.attributes import AttributeClassifier, decide
from device.perception.detection import FaceDetector
from device.perception.overlap import corners, iou
from model.data.photographs import Photograph
from model.evaluation.gate import cut_out, face_at, right_answers

FRAMES = ((640, 480), (1280, 720), (1920, 1080), (3840, 2160), (4000, 1000))
"""Width and height of what cameras give; the last is a panorama."""
FACE_SIZES = (48, 64, 100, 160, 300, 600)
"""Pixels, the shorter side of the box."""

# Of the frame's shorter side; a larger face has no place to choose.
_LARGEST_FACE = 0.8
# Sides of the crops of a photograph whose mean tells where its face is, in sizes of the face.
_CLOSE_CROPS = (2.4, 2.8, 3.2, 3.6)
_BACKGROUND_CELL_PIXELS = 200
_DARKEST, _BRIGHTEST = 60, 190
_SEED = 0


@dataclass(slots=True)
class Look:
    """What one way of looking made of the faces.

    Attributes:
        found: how many.
        same: about how many of them every answer is right.
        others: how many finds are no face, or one that was found twice.
        overlaps: of each face's box with where it is, intersection over union.
        errors: of each face's keypoints (eyes, nose, mouth), the mean distance from where they are, in distances
            between the eyes.
        milliseconds: what the detector took for each frame.
    """

    found: int = 0
    same: int = 0
    others: int = 0
    overlaps: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | None]:
        """Return the counts, and the medians of the rest; None where nothing was found."""
        return {
            "found": self.found,
            "same": self.same,
            "others": self.others,
            "overlap": _median(self.overlaps),
            "keypoint_error": _median(self.errors),
            "milliseconds": _median(self.milliseconds),
        }


@dataclass(frozen=True, slots=True)
class Placed:
    """Faces of one size in frames of one size.

    Attributes:
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        face: the size of the faces, in pixels.
        places: how many faces were placed.
        once: one look at the whole frame.
        closely: what the node does.
    """

    width: int
    height: int
    face: int
    places: int
    once: Look = field(default_factory=Look)
    closely: Look = field(default_factory=Look)

    def to_json(self) -> dict[str, Any]:
        """Return all figures."""
        return {
            "width": self.width,
            "height": self.height,
            "face": self.face,
            "places": self.places,
            "once": self.once.figures(),
            "closely": self.closely.figures(),
        }


def places_table(rows: Iterable[Placed]) -> Table:
    """Return the figures for people: of one look at the whole frame, and of what the node does."""
    names = ("found", "same answers", "others", "box IoU", "keypoints off by", "ms")
    table = Table("frame", "face", "places", *names, title="one look -> closer looks")
    for row in rows:
        pairs = zip(row.once.figures().values(), row.closely.figures().values(), strict=True)
        table.add_row(
            f"{row.width}x{row.height}",
            str(row.face),
            str(row.places),
            *(f"{_shown(once)} -> {_shown(closely)}" for once, closely in pairs),
        )
    return table


@dataclass(frozen=True, slots=True)
class _Portrait:
    """A picture, and the face in it."""

    picture: Image
    face: Detection


class PlacesMeasurement:
    """Measures detection in large frames, with the node's default limits.

    Args:
        photographs: good ones; the largest single faces are taken.
        faces: how many.
        places: at how many places each is shown.
        model: name in the zoo, or path of a .tflite.
    """

    def __init__(
        self, photographs: Iterable[Photograph], faces: int, places: int, model: str = "attributes"
    ) -> None:
        self._photographs = photographs
        self._faces = faces
        self._places = places
        settings = PerceptionSettings()
        self._detector = FaceDetector.load(
            ZOO, settings.detector_score, min_face=settings.min_face_size
        )
        self._classifier = AttributeClassifier.load(model_path(model))

    def run(
        self,
        frames: Sequence[tuple[int, int]] = FRAMES,
        sizes: Sequence[int] = FACE_SIZES,
    ) -> Iterator[Placed]:
        """Yield what becomes of the faces, for each size of frame and face that fit.

        Args:
            frames: (width, height) of each, in pixels.
            sizes: of the faces, in pixels.
        """
        portraits = self._portraits()
        for width, height in frames:
            for size in sizes:
                if size <= _LARGEST_FACE * min(width, height):
                    scaled = [_scaled(portrait, size) for portrait in portraits]
                    yield self._placed(width, height, size, scaled)

    def _portraits(self) -> list[_Portrait]:
        found = []
        for photo in self._photographs:
            if photo.faces == 1:
                image = np.asarray(decode(photo.path.read_bytes(), cv2.IMREAD_COLOR), np.uint8)
                for face in self._detector.detect(image)[:1]:
                    part, box = cut_out(image, face.box)
                    if looks := list(self._close_looks(part, box)):
                        found.append(_Portrait(part, _mean(looks)))
        return sorted(found, key=lambda portrait: -portrait.face.box.size)[: self._faces]

    def _close_looks(self, image: Image, box: Box) -> Iterator[Detection]:
        for surroundings in _CLOSE_CROPS:
            part, place = cut_out(image, box, surroundings)
            face = face_at(self._detector.detect_at_once(part), place)
            if face is not None:
                yield _mapped(face, (1, 1), (box.x - place.x, box.y - place.y))

    def _placed(self, width: int, height: int, size: int, portraits: Sequence[_Portrait]) -> Placed:
        row = Placed(width, height, size, len(portraits) * self._places)
        chance = np.random.default_rng(_SEED)
        shown = [portrait for portrait in portraits for _ in range(self._places)]
        progress = f"{width}x{height}, {size} px"
        for portrait in tqdm(shown, desc=progress, unit="place", leave=False):
            frame, face = _paste(portrait, _background(width, height, chance), chance)
            truth = right_answers(self._decide(frame, face), self._classifier.card, {})
            self._look(self._detector.detect_at_once, frame, face, truth, row.once)
            self._look(self._detector.detect, frame, face, truth, row.closely)
        return row

    def _look(
        self,
        detect: Callable[[Image], list[Detection]],
        frame: Image,
        true: Detection,
        truth: Mapping[str, bool],
        look: Look,
    ) -> None:
        start = perf_counter()
        faces = detect(frame)
        look.milliseconds.append((perf_counter() - start) * 1000)
        face = face_at(faces, true.box)
        look.others += len(faces) - (face is not None)
        if face is None:
            return
        decided = self._decide(frame, face).attributes
        look.found += 1
        look.same += all(decided[name].present == present for name, present in truth.items())
        look.overlaps.append(float(iou(corners(true.box)[0], corners(face.box))[0]))
        look.errors.append(_keypoint_error(face, true))

    def _decide(self, image: Image, face: Detection) -> FaceAttributes:
        crop = self._classifier.crop(image, face.keypoints)
        return decide(self._classifier.probabilities(crop), self._classifier.card)


def _background(width: int, height: int, chance: np.random.Generator) -> Image:
    """Return soft spots of color, in which there is nothing to find."""
    cells = height // _BACKGROUND_CELL_PIXELS + 2, width // _BACKGROUND_CELL_PIXELS + 2, 3
    spots = chance.integers(_DARKEST, _BRIGHTEST, cells, np.uint8)
    return np.asarray(cv2.resize(spots, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _paste(
    portrait: _Portrait, frame: Image, chance: np.random.Generator
) -> tuple[Image, Detection]:
    """Show a face anywhere in a frame, with as much around it as has room; return the frame and the face in it."""
    box, picture, (height, width) = portrait.face.box, portrait.picture, frame.shape[:2]
    left = int(chance.uniform(0, width - box.width) - box.x)
    top = int(chance.uniform(0, height - box.height) - box.y)
    right, bottom = left + picture.shape[1], top + picture.shape[0]
    rows = slice(max(0, top), min(height, bottom))
    columns = slice(max(0, left), min(width, right))
    frame[rows, columns] = picture[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return frame, _mapped(portrait.face, (1, 1), (left, top))


def _scaled(portrait: _Portrait, size: int) -> _Portrait:
    """Return a portrait with a face of a size in pixels."""
    image = portrait.picture
    scale = size / portrait.face.box.size
    shape = round(image.shape[1] * scale), round(image.shape[0] * scale)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(image, shape, interpolation=how), np.uint8)
    scales = shape[0] / image.shape[1], shape[1] / image.shape[0]
    return _Portrait(picture, _mapped(portrait.face, scales, (0, 0)))


def _mapped(face: Detection, scale: tuple[float, float], shift: tuple[float, float]) -> Detection:
    """Return a face in the pixels of another picture: each (x, y) times the scale, plus the shift."""
    x, y, width, height = np.tile(scale, 2) * (
        face.box.x,
        face.box.y,
        face.box.width,
        face.box.height,
    )
    return Detection(
        Box(x + shift[0], y + shift[1], width, height),
        np.asarray(face.keypoints * scale + shift, np.float32),
        face.score,
    )


def _mean(faces: Sequence[Detection]) -> Detection:
    """Return one face, as it is seen on average."""
    left, top, right, bottom = corners(*(face.box for face in faces)).mean(axis=0)
    keypoints = np.mean([face.keypoints for face in faces], axis=0)
    score = max(face.score for face in faces)
    return Detection(
        Box(left, top, right - left, bottom - top), np.asarray(keypoints, np.float32), score
    )


def _keypoint_error(face: Detection, true: Detection) -> float:
    """Return the mean distance of eyes, nose and mouth from where they are, in distances between the eyes."""
    where = true.keypoints[:4]
    distances = np.linalg.norm(face.keypoints[:4] - where, axis=1)
    return float(distances.mean() / np.linalg.norm(where[0] - where[1]))


def _shown(figure: float | None) -> str:
    return "-" if figure is None else str(figure) if isinstance(figure, int) else f"{figure:.3g}"


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
