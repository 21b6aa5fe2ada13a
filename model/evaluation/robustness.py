"""What corruptions of a picture cost: one kind at a time, through detector, gate and network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.config.sections.perception import PerceptionSettings
from device.observation import Image
from device.perception.alignment import OUTSIDE
from device.perception.analysers.attributes import AttributeClassifier, decide
from device.perception.detection import FaceDetector
from device.perception.quality import Gate, measure
from model.data.faces import CERTAIN_SCORE, FaceFinder
from model.evaluation.faults import add_noise, blur, brighten, compress, scale

Corruption = Callable[[Image], Image]


@dataclass(frozen=True, slots=True)
class Resilience:
    """Results of the node on pictures with one corruption.

    Attributes:
        corruption: its name, for people.
        found: fraction of the pictures in which the detector is certain of a face.
        judged: fraction of the pictures that pass the quality gate with its default limits as well.
        accuracy: mean over attributes and all pictures with a certain face, 0..1.
        judged_accuracy: the same of those that pass the gate; nan where none does.
    """

    corruption: str
    found: float
    judged: float
    accuracy: float
    judged_accuracy: float


def resilience(
    classifier: AttributeClassifier,
    detector: FaceDetector,
    pictures: list[Image],
    truth: NDArray[np.bool_],
    visible: NDArray[np.bool_],
) -> Iterator[Resilience]:
    """Measure the node under each corruption.

    Args:
        classifier: the network.
        detector: the node's, with a score low enough to see weak finds.
        pictures: (H, W, 3) uint8 BGR each, with one face.
        truth: (N, labels) bool.
        visible: (N, labels) bool: which of these count.
    """
    settings = PerceptionSettings()
    gate = Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness)
    for name, corrupted in _corruptions():
        rows, passes, right = [], [], []
        for i, picture in enumerate(tqdm(pictures, desc=name, unit="picture", leave=False)):
            image = corrupted(picture)
            face = max(detector.detect(image), key=lambda d: d.score, default=None)
            if face is None or face.score < CERTAIN_SCORE:
                continue
            crop = classifier.crop(image, face.keypoints)
            decision = decide(classifier.probabilities(crop), classifier.card)
            present = np.array([a.present for a in decision.attributes.values()])
            rows.append(i)
            passes.append(gate.reject(measure(face, crop)) is None)
            right.append(float((present == truth[i])[visible[i]].mean()))
        accuracy, passed = np.array(right), np.array(passes, bool)
        yield Resilience(
            name,
            len(rows) / len(pictures),
            float(passed.sum()) / len(pictures),
            float(accuracy.mean()) if rows else float("nan"),
            float(accuracy[passed].mean()) if passed.any() else float("nan"),
        )


def _corruptions() -> Iterator[tuple[str, Corruption]]:
    yield "as it is", lambda image: image
    for sigma in (1, 2, 4):
        yield f"blur, sigma {sigma} px", partial(blur, sigma=sigma)
    for factor in (0.5, 0.25, 0.1):
        yield f"darkness, {factor:.0%} of the light", partial(brighten, factor=factor)
    for sigma in (10, 25, 50):
        yield f"noise, sigma {sigma} of 255", partial(add_noise, sigma=sigma)
    for quality in (40, 20, 10):
        yield f"JPEG, quality {quality}", partial(compress, quality=quality)
    for angle in (10, 20, 30):
        yield f"rotation, {angle} degrees", partial(_rotated, angle=angle)
    for width in (200, 100, 64, 48, 32, 24):
        yield f"face {width} px wide", partial(_resized, width=width, finder=FaceFinder())


def _rotated(image: Image, angle: float) -> Image:
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    turned = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _resized(image: Image, width: int, finder: FaceFinder) -> Image:
    """Scale a picture until its face has this width, on a grey ground of at least a webcam's size."""
    face = finder.find(image)
    small = scale(image, width / face.box.width if face else 1.0)
    ground = np.full((max(480, small.shape[0]), max(640, small.shape[1]), 3), OUTSIDE, np.uint8)
    top, left = (ground.shape[0] - small.shape[0]) // 2, (ground.shape[1] - small.shape[1]) // 2
    ground[top : top + small.shape[0], left : left + small.shape[1]] = small
    return ground
