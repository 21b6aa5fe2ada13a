"""The embeddings of pictures that each show somebody, through the product's own detector, aligner and network."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.config.sections.perception import PerceptionSettings
from device.networks.files import ZOO
from device.observation import Detection, Image
from device.people.gallery import Gallery
from device.perception.aligned_face import AlignedFace, View
from device.perception.alignment import RECOGNITION, Framing
from device.perception.analysers.attributes import AttributeAnalyser, AttributeClassifier
from device.perception.analysers.recognition import Appearance, RecognitionAnalyser
from device.perception.detection import RETRY_SCORE, FaceDetector
from device.perception.embedder import Embedder
from device.perception.examination import MIN_SIZE_PIXELS
from device.perception.quality import Gate
from model.data.celeba import read_picture
from model.data.people import People


@dataclass(frozen=True, slots=True)
class Variant:
    """How embeddings are made; the default is as the product makes them.

    Attributes:
        has_mirror: whether the mirror image is averaged.
        has_retry: whether a face that is not found is looked for at a lower score.
        is_scaled_by_longest: see alignment.Framing.
    """

    has_mirror: bool = True
    has_retry: bool = True
    is_scaled_by_longest: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """What the pictures gave.

    Attributes:
        appearances: of each picture, None where no face was found.
        identities: (N,) int64.
        unjudged: the pictures whose face a node would not judge: too small, too dark or too blurred.
        too_small: those whose face is too small for a reference.
    """

    appearances: Sequence[Appearance | None]
    identities: NDArray[np.int64]
    unjudged: AbstractSet[int] = frozenset()
    too_small: AbstractSet[int] = frozenset()

    @property
    def no_face(self) -> int:
        """How many pictures gave no face."""
        return sum(appearance is None for appearance in self.appearances)


class _Maker:
    """The embedding of one variant."""

    def __init__(self, variant: Variant, labels: Sequence[str]) -> None:
        embedder = Embedder.load()
        if not variant.has_mirror:
            embedder.card = embedder.card.model_copy(update={"flip_average": False})
        framing = Framing(RECOGNITION.template, variant.is_scaled_by_longest)
        embedder.view = View(embedder.view.side, embedder.view.margin, framing)
        self._has_retry = variant.has_retry
        self._analyser = RecognitionAnalyser(
            embedder, Gallery.empty, (AttributeAnalyser.name, labels)
        )

    def make(self, face: AlignedFace, certain_score: float) -> Appearance | None:
        if face.detection.score < certain_score and not self._has_retry:
            return None
        return self._analyser.measure(face)


def embed_people(
    people: People, variants: Sequence[Variant] = (Variant(),)
) -> dict[Variant, Embeddings]:
    """Embed every picture, in several ways at once.

    Raises:
        DataError: a picture cannot be read.
        ModelError: a network cannot be read.
    """
    settings = PerceptionSettings()
    certain = settings.detector_score
    gate = Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness)
    detector = FaceDetector.load(ZOO, min(RETRY_SCORE, certain))
    attributes = AttributeAnalyser(AttributeClassifier.load(ZOO / "attributes.tflite"))
    makers = {variant: _Maker(variant, attributes.classifier.card.names) for variant in variants}
    made: dict[Variant, list[Appearance | None]] = {variant: [] for variant in variants}
    unjudged, too_small = set(), set()
    for number, name in enumerate(tqdm(people.names, desc="embed", unit="picture")):
        image = read_picture(people.pictures / str(name))
        found = depicted(detector.detect(image), image, certain)
        if found is None:
            for appearances in made.values():
                appearances.append(None)
            continue
        face = AlignedFace(image, found, attributes.view)
        face.measured[attributes.name] = attributes.measure(face)
        if gate.reject(face.quality) is not None:
            unjudged.add(number)
        if face.quality.size < MIN_SIZE_PIXELS:
            too_small.add(number)
        for variant, maker in makers.items():
            made[variant].append(maker.make(face, certain))
    return {
        variant: Embeddings(appearances, people.identities, unjudged, too_small)
        for variant, appearances in made.items()
    }


def depicted(faces: Sequence[Detection], image: Image, certain_score: float) -> Detection | None:
    """Return the face that the picture is about: a certain one before others, then the largest towards the middle."""
    middle = np.array(image.shape[1::-1]) / 2

    def rank(face: Detection) -> tuple[bool, float]:
        centre = np.array([face.box.x + face.box.width / 2, face.box.y + face.box.height / 2])
        return face.score >= certain_score, face.box.size - float(np.hypot(*(centre - middle)))

    return max(faces, key=rank, default=None)
