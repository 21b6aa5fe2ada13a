"""MediaPipe's face detector in front of Facet's attribute network: everything after the detection is Facet's."""

from __future__ import annotations

import cv2
import mediapipe
import numpy as np

from benchmarks.rivals.programs.facet import seen
from benchmarks.rivals.programs.serving import serve
from device.config import AttributeSettings, PerceptionSettings
from device.networks.files import model_path
from device.observation import Box, Detection, Frame, Image
from device.perception.analysers.analyser import BALANCED
from device.perception.analysers.attributes import AttributeAnalyser, AttributeClassifier
from device.perception.analysers.facial_hair import FacialHairAnalyser
from device.perception.pipeline import Pipeline
from device.perception.quality import Gate

_FULL_RANGE = 1  # faces up to five metres away, and not only those within two


class _Detector:
    """Finds faces as the detector of Facet does, with the same minimum score."""

    def __init__(self, min_score: float) -> None:
        self._network = mediapipe.solutions.face_detection.FaceDetection(
            model_selection=_FULL_RANGE, min_detection_confidence=min_score
        )

    def __call__(self, image: Image) -> list[Detection]:
        found = self._network.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).detections or ()
        height, width = image.shape[:2]
        detections = []
        for face in found:
            place = face.location_data.relative_bounding_box
            points = [(p.x, p.y) for p in face.location_data.relative_keypoints]
            detections.append(
                Detection(
                    Box(
                        place.xmin * width,
                        place.ymin * height,
                        place.width * width,
                        place.height * height,
                    ),
                    np.array(points, np.float32) * np.array((width, height), np.float32),
                    face.score[0],
                )
            )
        return detections


def main() -> None:
    """Serve."""
    settings = PerceptionSettings()
    network = model_path(AttributeSettings().model)
    classifier = AttributeClassifier.load_quickest(network, settings.threads)
    attributes = AttributeAnalyser(classifier)
    hair = classifier.card.facial_hair
    pipeline = Pipeline(
        _Detector(settings.detector_score),
        [attributes] if hair is None else [attributes, FacialHairAnalyser(classifier, hair)],
        gate=Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness),
        quality_view=attributes.view,
        max_faces=settings.max_faces,
    )
    serve(lambda picture: seen(pipeline.perceive([Frame(picture)], BALANCED)), is_bgr=True)


if __name__ == "__main__":
    main()
