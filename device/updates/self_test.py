"""Whether a release or a network is fit to be used, tried in a separate process: a crash ends that one alone.

`python -m device.updates.self_test` tries the release that it is part of; install.sh runs it before it switches to one.
`python -m device.updates.self_test FILE.tflite` tries one network; root runs it before it activates one.

The exit code is 0, or 1 after a line on standard error that begins with "error: ".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict

from device.config import AttributeSettings, PerceptionSettings
from device.errors import FacetError, UpdateError
from device.networks.files import ZOO
from device.observation import Image, Keypoints
from device.perception import open_perception
from device.perception.analysers.attributes import AttributeClassifier
from device.perception.embedder import Embedder

CROPS = Path(__file__).with_name("crops")
"""The faces whose attributes nobody doubts."""
# A network that knows fewer labels than this of the known answers would hardly be tested.
_MINIMUM_ANSWERS = 5
# A picture without a face in it, of medium brightness.
_GREY_LEVEL = 128
# Eyes and ears change sides in a mirror; nose and mouth stay.
_MIRRORED = (1, 0, 2, 3, 5, 4)


class _Face(BaseModel):
    """A face whose attributes nobody doubts.

    Attributes:
        picture: name of the file beside this one.
        source: who made the picture.
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


def check_release() -> None:
    """Make sure that this release loads its networks with the packages that it got, and that they work.

    Raises:
        FacetError: it does not.
    """
    model = AttributeSettings().model
    # As a node would, which takes an update of the network if there is one, and needs the detector as well.
    open_perception(PerceptionSettings(), model)
    # Of a node that knows people; whether this one does is not known here.
    Embedder.load()
    check_network(ZOO / f"{model}.tflite")


def check_network(network: Path) -> None:
    """Make sure that a network loads, gives probabilities, and sees what everybody sees; also as a node uses it.

    Args:
        network: a .tflite with its JSON beside it, and perhaps the file for eight-bit arithmetic with its own.

    Raises:
        ModelError: it does not load.
        UpdateError: its answers are wrong.
    """
    _check(AttributeClassifier.load(network))
    quickest = AttributeClassifier.load_quickest(network)
    if quickest.network.path != network:
        _check(quickest)


def _check(classifier: AttributeClassifier) -> None:
    side = classifier.card.input.side
    grey = np.full((side, side, 3), _GREY_LEVEL, np.uint8)
    _checked_probabilities(classifier, grey, "a grey picture")
    for path in sorted(CROPS.glob("*.json")):
        face = _Face.model_validate(json.loads(path.read_bytes()))
        image: Image = np.asarray(cv2.imread(str(path.with_name(face.picture))), np.uint8)
        keypoints = np.array(face.keypoints, np.float32)
        for shown, points, name in (
            (image, keypoints, path.stem),
            (*_mirrored(image, keypoints), f"{path.stem}, mirrored"),
        ):
            _check_answers(classifier, face, classifier.crop(shown, points), name)


def _mirrored(image: Image, keypoints: Keypoints) -> tuple[Image, Keypoints]:
    points = keypoints[list(_MIRRORED)]
    points[:, 0] = image.shape[1] - 1 - points[:, 0]
    return np.ascontiguousarray(image[:, ::-1]), points


def _check_answers(classifier: AttributeClassifier, face: _Face, crop: Image, name: str) -> None:
    found = _checked_probabilities(classifier, crop, name)
    known = face.answers.keys() & found.keys()
    if len(known) < _MINIMUM_ANSWERS:
        message = f"the network knows {len(known)} of the labels of the self-test; {_MINIMUM_ANSWERS} are needed"
        raise UpdateError(message)
    wrong = sorted(
        f"{label} {found[label]:.2f}"
        for label in known
        if abs(found[label] - face.answers[label]) > face.tolerance
    )
    if wrong:
        message = f"the network errs about {name} by more than {face.tolerance}: {', '.join(wrong)}"
        raise UpdateError(message)


def _checked_probabilities(
    classifier: AttributeClassifier, crop: Image, name: str
) -> dict[str, float]:
    # The calibration would hide an infinite logit behind a certain answer.
    logits = classifier.logits(crop)
    probabilities = classifier.calibrated(logits)
    if not (np.isfinite(logits).all() and ((probabilities >= 0) & (probabilities <= 1)).all()):
        message = f"the network answers {name} with numbers that are not probabilities"
        raise UpdateError(message)
    return dict(zip(classifier.card.names, map(float, probabilities), strict=True))


def main(arguments: Sequence[str]) -> int:
    """Try this release, or the network that the arguments name, and return the exit code."""
    try:
        if arguments:
            check_network(Path(arguments[0]))
        else:
            check_release()
    except FacetError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
