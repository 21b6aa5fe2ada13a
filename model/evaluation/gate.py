"""What the quality gate lets pass: good photographs made worse step by step, and how many answers turn wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from tqdm import tqdm

from device.camera.picture import decode
from device.config.sections.perception import PerceptionSettings
from device.entities.table import offered
from device.networks.card import ModelCard
from device.networks.files import ZOO, model_path
from device.observation import Box, Detection, FaceAttributes, Image
from device.perception.aligned_face import AlignedFace
from device.perception.analysers.attributes import (
    AttributeAnalyser,
    AttributeClassifier,
    decide,
)
from device.perception.detection import FaceDetector
from device.perception.overlap import corners, iou
from device.perception.quality import Gate
from model.data.photographs import Photograph
from model.evaluation.faults import Fault

# Of one photograph, so that a few groups do not decide everything.
_FACES_OF_A_PHOTOGRAPH = 4
# What is kept around a face of a group, in sizes of the face.
_SURROUNDINGS = 3.9
_SAME_FACE_IOU = 0.3
# An answer this close to its threshold, as a share of the range on its side, is a coin toss: nobody knows whether the
# clear picture was right, and of these 40 % change with any fault, even one that cannot be seen.
_UNDECIDED = 0.1


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of the faces under one fault.

    Attributes:
        kind: of the fault.
        amount: of the fault.
        faces: how many clear faces there were.
        found: in how many of them the detector still finds the face.
        passed: how many of these the gate lets pass.
        answers: how many answers about them the clear picture had right, of the attributes offered by default.
        wrong: how many of these answers are now wrong.
        withheld: how many others the node does not give, because the face cannot show them.
        withheld_wrong: how many of these would be wrong.
    """

    kind: str
    amount: str
    faces: int
    found: int
    passed: int
    answers: int
    wrong: int
    withheld: int = 0
    withheld_wrong: int = 0

    @property
    def rejected(self) -> float:
        """Share of the faces that are not judged, because they are not found or the gate refuses them."""
        return 1 - self.passed / self.faces if self.faces else 0.0

    @property
    def wrong_share(self) -> float:
        """Share of the answers about judged faces that are wrong; 0 where none is judged."""
        return self.wrong / self.answers if self.answers else 0.0


def summed(rows: Sequence[Passed]) -> Passed:
    """Return all faults together."""
    return Passed(
        "all",
        "",
        faces=sum(row.faces for row in rows),
        found=sum(row.found for row in rows),
        passed=sum(row.passed for row in rows),
        answers=sum(row.answers for row in rows),
        wrong=sum(row.wrong for row in rows),
        withheld=sum(row.withheld for row in rows),
        withheld_wrong=sum(row.withheld_wrong for row in rows),
    )


@dataclass(frozen=True, slots=True)
class _ClearFace:
    """A face on a good photograph, its detection there, and the answers that are right."""

    picture: Image
    face: Detection
    truth: Mapping[str, bool]


class GateMeasurement:
    """Measures the gate with the node's default limits.

    Args:
        photographs: good ones.
        model: name in the zoo, or path of a .tflite.
    """

    def __init__(self, photographs: Iterable[Photograph], model: str = "attributes") -> None:
        self._photographs = photographs
        settings = PerceptionSettings()
        self._detector = FaceDetector.load(
            ZOO, settings.detector_score, min_face=settings.min_face_size
        )
        self._classifier = AttributeClassifier.load(model_path(model))
        self._analyser = AttributeAnalyser(self._classifier)
        self._gate = Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness)
        self._min_size = settings.min_face_size

    def run(self, faults: Iterable[Fault]) -> Iterator[Passed]:
        """Yield what becomes of the clear faces, first without a fault and then under each."""
        clear = [face for photo in self._photographs for face in self._clear_faces(photo)]
        for fault in (Fault("none", "", lambda image, _: image), *faults):
            yield self._under(fault, clear)

    def _clear_faces(self, photo: Photograph) -> Iterator[_ClearFace]:
        image = np.asarray(decode(photo.path.read_bytes(), cv2.IMREAD_COLOR), np.uint8)
        found = sorted(self._detector.detect(image), key=lambda face: -face.box.size)
        large = [face for face in found if face.box.size >= self._min_size]
        if photo.faces == 1:
            for face in large[:1]:
                truth = right_answers(
                    self._decide(image, face), self._classifier.card, photo.labels
                )
                yield _ClearFace(image, face, truth)
            return
        for face in large[: min(_FACES_OF_A_PHOTOGRAPH, photo.faces)]:
            part, box = cut_out(image, face.box)
            again = face_at(self._detector.detect(part), box)
            if again is not None:
                truth = right_answers(self._decide(part, again), self._classifier.card, {})
                yield _ClearFace(part, again, truth)

    def _under(self, fault: Fault, clear: Sequence[_ClearFace]) -> Passed:
        found = passed = 0
        answers, wrong = Counter[bool](), Counter[bool]()  # by whether they are given
        name = f"{fault.kind} {fault.amount}"
        for each in tqdm(clear, desc=name, unit="face", leave=False):
            image = np.ascontiguousarray(fault.apply(each.picture, each.face))
            factor = image.shape[0] / each.picture.shape[0]
            seen = face_at(self._detector.detect(image), _scaled(each.face.box, factor))
            if seen is None:
                continue
            found += 1
            aligned = AlignedFace(image, seen, self._analyser.view)
            if self._gate.reject(aligned.quality) is not None:
                continue
            passed += 1
            given = decide(self._analyser.measure(aligned), self._classifier.card).attributes
            likely = self._decide(image, seen).attributes
            for name, present in {**each.truth, **fault.truth}.items():
                answers[name in given] += 1
                wrong[name in given] += given.get(name, likely[name]).present != present
        return Passed(
            fault.kind,
            fault.amount,
            len(clear),
            found,
            passed,
            answers[True],
            wrong[True],
            answers[False],
            wrong[False],
        )

    def _decide(self, image: Image, face: Detection) -> FaceAttributes:
        crop = self._classifier.crop(image, face.keypoints)
        return decide(self._classifier.probabilities(crop), self._classifier.card)


def right_answers(
    clear: FaceAttributes, card: ModelCard, labels: Mapping[str, bool]
) -> dict[str, bool]:
    """Return the right answers about a clear face, of the attributes that are offered by default.

    Args:
        clear: the network's answers.
        card: gives thresholds.
        labels: what people saw; it decides what is right. Where nobody looked, the network's answer counts as right
            unless it is undecided.
    """
    shown = offered(card.names, card.unreliable)
    truth = {}
    for label in card.labels:
        if label.name not in shown:
            continue
        answer, threshold = clear.attributes[label.name], label.balanced.value
        above = answer.probability - threshold
        certainty = above / (1 - threshold) if above >= 0 else -above / threshold
        is_seen = label.name in labels
        if labels[label.name] == answer.present if is_seen else certainty >= _UNDECIDED:
            truth[label.name] = answer.present
    return truth


def cut_out(image: Image, box: Box, surroundings: float = _SURROUNDINGS) -> tuple[Image, Box]:
    """Cut a face out of a photograph; return the part and the box in it.

    Args:
        image: the photograph.
        box: of the face.
        surroundings: side of the part, in sizes of the face.
    """
    height, width = image.shape[:2]
    half = box.size * surroundings / 2
    x, y = box.x + box.width / 2, box.y + box.height / 2
    left, top = max(0, int(x - half)), max(0, int(y - half))
    right, bottom = min(width, int(x + half)), min(height, int(y + half))
    part = np.ascontiguousarray(image[top:bottom, left:right])
    return part, Box(box.x - left, box.y - top, box.width, box.height)


def _scaled(box: Box, factor: float) -> Box:
    return Box(box.x * factor, box.y * factor, box.width * factor, box.height * factor)


def face_at(faces: Sequence[Detection], box: Box) -> Detection | None:
    """Return the face at this place, or None."""
    if not faces:
        return None
    overlaps = iou(corners(box)[0], corners(*(face.box for face in faces)))
    best = int(np.argmax(overlaps))
    return faces[best] if overlaps[best] >= _SAME_FACE_IOU else None
