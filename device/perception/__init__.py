"""Perception: pixels in, facts out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.config import AttributeSettings, FacialHairSettings, PerceptionSettings
from device.errors import ModelError
from device.networks.card import ModelCard
from device.networks.files import UPDATED, ZOO, model_path
from device.observation import Face, Frame
from device.people.gallery import Gallery
from device.people.identity import Identity, Recognition
from device.perception.analysers.analyser import BALANCED, FaceAnalyser
from device.perception.analysers.attributes import AttributeAnalyser, AttributeClassifier
from device.perception.analysers.facial_hair import FacialHairAnalyser
from device.perception.analysers.recognition import RecognitionAnalyser
from device.perception.detection import FaceDetector
from device.perception.embedder import Embedder
from device.perception.pipeline import Judgement, Perceived, Pipeline, SecondLook
from device.perception.quality import Gate
from device.perception.runtime import Network

__all__ = ["Judgement", "Perceived", "Perception", "Pipeline", "open_perception"]

_LOG = logging.getLogger(__name__)

_DEFAULTS = PerceptionSettings()
_DEFAULT_MODEL = AttributeSettings().model
_DEFAULT_FACIAL_HAIR = FacialHairSettings().enabled


@dataclass(frozen=True, slots=True)
class Perception:
    """The pipeline with the analysers that Facet ships, and perhaps others. One thread at a time uses it.

    Attributes:
        pipeline: what it forwards to.
        detector: finds the faces.
        attributes: the analyser of the attribute network.
        facial_hair: the analyser of facial hair; None where it is not wanted or the network tells nothing of it.
        recognition: the analyser that knows people; None for a node that recognises nobody.
    """

    pipeline: Pipeline
    detector: FaceDetector
    attributes: AttributeAnalyser
    facial_hair: FacialHairAnalyser | None = None
    recognition: RecognitionAnalyser | None = None

    @property
    def card(self) -> ModelCard:
        """What the attribute network's numbers mean."""
        return self.attributes.classifier.card

    def invocations(self, frame: Frame) -> list[tuple[Network, int]]:
        """Return the networks, and how often each runs for this frame."""
        before = {network: network.invocations for network in self._networks()}
        self.perceive([frame])
        return [(net, net.invocations - before.get(net, 0)) for net in self._networks()]

    def _networks(self) -> list[Network]:
        """Return those that are loaded; the detector loads some when a frame first needs them."""
        networks = [*self.detector.networks, self.attributes.classifier.network]
        if self.recognition is not None:
            networks.append(self.recognition.embedder.network)
        return networks

    def perceive(
        self,
        frames: Sequence[Frame],
        judgement: Judgement = BALANCED,
        previous: Sequence[Face] = (),
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Perceived:
        """Return what a burst of at least one frame shows; see Pipeline.perceive."""
        return self.pipeline.perceive(frames, judgement, previous, should_stop)

    def reconsider(self, seen: Perceived, judgement: Judgement) -> Perceived:
        """Return what a burst would have shown with another judgement; see Pipeline.reconsider."""
        return self.pipeline.reconsider(seen, judgement)


def open_perception(
    settings: PerceptionSettings = _DEFAULTS,
    model: str = _DEFAULT_MODEL,
    updated: Path = UPDATED,
    *,
    facial_hair: bool = _DEFAULT_FACIAL_HAIR,
    gallery: Callable[[], Gallery] | None = None,
    min_score: float | None = None,
    analysers: Sequence[FaceAnalyser[Any, Any]] = (),
) -> Perception:
    """Load the networks that the settings name; the shipped one if an update of it cannot be loaded.

    Args:
        settings: which faces are judged.
        model: name in the zoo, or path of a .tflite.
        updated: where updates of the zoo's networks may lie.
        facial_hair: whether facial hair is told by what the network has learned from careful labels, if it has.
        gallery: returns with whom faces are compared; None for a node that recognises nobody.
        min_score: from which on a name is claimed, instead of what belongs to the network, 0..1.
        analysers: find out more about each face, after those that Facet ships.

    Raises:
        ModelError: a network is missing or damaged.
    """
    path, shipped = model_path(model, updated), ZOO / f"{model}.tflite"

    def load(network: Path) -> Perception:
        classifier = AttributeClassifier.load_quickest(network, settings.threads)
        attributes = AttributeAnalyser(classifier)
        beard = recognition = None
        if facial_hair and classifier.card.facial_hair is not None:
            beard = FacialHairAnalyser(classifier, classifier.card.facial_hair)
        if gallery is not None:
            embedder = Embedder.load(threads=settings.threads)
            labels = attributes.name, attributes.classifier.card.names
            recognition = RecognitionAnalyser(embedder, gallery, labels, min_score)
        return _perception(settings, attributes, beard, recognition, analysers)

    try:
        return load(path)
    except ModelError as error:
        if path == shipped or not shipped.is_file():
            raise
        _LOG.error("The update of the network cannot be used, the shipped one is: %s", error)
        return load(shipped)


def _perception(
    settings: PerceptionSettings,
    attributes: AttributeAnalyser,
    facial_hair: FacialHairAnalyser | None,
    recognition: RecognitionAnalyser | None,
    others: Sequence[FaceAnalyser[Any, Any]],
) -> Perception:
    detector = FaceDetector.load(
        ZOO, settings.detector_score, settings.threads, settings.min_face_size
    )
    shipped = [each for each in (attributes, facial_hair, recognition) if each is not None]
    pipeline = Pipeline(
        detector.detect,
        [*shipped, *others],
        gate=Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness),
        quality_view=attributes.view,
        max_faces=settings.max_faces,
        second_look=None if recognition is None else _second_look(detector, recognition),
    )
    return Perception(pipeline, detector, attributes, facial_hair, recognition)


def _second_look(detector: FaceDetector, recognition: RecognitionAnalyser) -> SecondLook:
    """Return what finds people whom a node knows where it finds nobody: a name shows that it is a face."""

    def is_known(facts: Mapping[str, Any]) -> bool:
        identity: Identity = facts[recognition.name]
        return identity.result is Recognition.KNOWN

    return SecondLook(
        detector.less_strict().detect, lambda: recognition.may_know_somebody, is_known
    )
