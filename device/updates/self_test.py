"""Whether a network is fit to be used, tried in a process of its own: what ends the process does not end the node.

`python -m device.updates.root.self_test FILE.tflite`; exit code 0, or 1 with a line that says what is wrong.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict

from device.errors import FacetError, UpdateError
from device.networks.card import UPDATED, model_path
from device.observation import Image, Keypoints
from device.perception.analysers.attributes import AttributeClassifier

_CROPS = Path(__file__).with_name("crops")
# Of the answers that are known, a network must give at least so many.
_LEAST_ANSWERS = 5
# Eyes and ears change sides in a mirror; nose and mouth stay.
_MIRRORED = (1, 0, 2, 3, 5, 4)


class _Face(BaseModel):
    """A face whose attributes nobody doubts.

    Attributes:
        picture: the file beside this one.
        source: whose it is.
        keypoints: (6, 2) pixels.
        tolerance: how far a probability may be from the answer.
        answers: 1 for what the face shows and 0 for what it does not, by label.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    picture: str
    source: str
    keypoints: tuple[tuple[float, float], ...]
    tolerance: float
    answers: dict[str, float]


def require_sound(network: Path) -> None:
    """Make sure that a network loads, gives probabilities, and sees what everybody sees.

    Raises:
        ModelError: it does not load.
        UpdateError: it answers nonsense.
    """
    classifier = AttributeClassifier(network)
    side = classifier.card.input.side
    grey = np.full((side, side, 3), 128, np.uint8)
    _require_probabilities(classifier, grey, "a grey picture")
    for path in sorted(_CROPS.glob("*.json")):
        face = _Face.model_validate(json.loads(path.read_bytes()))
        image: Image = np.asarray(cv2.imread(str(path.with_name(face.picture))), np.uint8)
        keypoints = np.array(face.keypoints, np.float32)
        for shown, points, name in (
            (image, keypoints, path.stem),
            (*_mirrored(image, keypoints), f"{path.stem}, mirrored"),
        ):
            _require_answers(classifier, face, classifier.crop(shown, points), name)


def _mirrored(image: Image, keypoints: Keypoints) -> tuple[Image, Keypoints]:
    points = keypoints[list(_MIRRORED)]
    points[:, 0] = image.shape[1] - 1 - points[:, 0]
    return np.ascontiguousarray(image[:, ::-1]), points


def _require_answers(classifier: AttributeClassifier, face: _Face, crop: Image, name: str) -> None:
    found = _require_probabilities(classifier, crop, name)
    known = face.answers.keys() & found.keys()
    if len(known) < _LEAST_ANSWERS:
        msg = f"the network knows {len(known)} of the labels of the self-test; {_LEAST_ANSWERS} are needed"
        raise UpdateError(msg)
    wrong = sorted(
        f"{label} {found[label]:.2f}"
        for label in known
        if abs(found[label] - face.answers[label]) > face.tolerance
    )
    if wrong:
        msg = f"the network errs about {name} by more than {face.tolerance}: {', '.join(wrong)}"
        raise UpdateError(msg)


def _require_probabilities(
    classifier: AttributeClassifier, crop: Image, name: str
) -> dict[str, float]:
    # The calibration would hide an infinite logit behind a certain answer.
    logits = classifier.logits(crop)
    probabilities = classifier.calibrated(logits)
    if not (np.isfinite(logits).all() and ((probabilities >= 0) & (probabilities <= 1)).all()):
        msg = f"the network answers {name} with what are no probabilities"
        raise UpdateError(msg)
    return dict(zip(classifier.card.names, map(float, probabilities), strict=True))


def main(network: str) -> int:
    """Try a network, and return the exit code."""
    path = Path(network) if network.endswith(".tflite") else model_path(network, UPDATED)
    try:
        require_sound(path)
    except FacetError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
