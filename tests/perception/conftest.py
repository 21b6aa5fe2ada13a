"""Real pictures and real networks for the tests of perception."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import skimage.data

from device.config import PerceptionSettings
from device.networks.files import ZOO
from device.observation import Frame, Image
from device.perception import Perception, open_perception
from device.perception.detection import FaceDetector


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """A NASA portrait in the public domain, with one smiling face: (512, 512, 3) uint8 BGR."""
    return np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])


@pytest.fixture(scope="session")
def coffee() -> Image:
    """A cup of coffee without a face: (400, 600, 3) uint8 BGR."""
    return np.ascontiguousarray(skimage.data.coffee()[..., ::-1])


@pytest.fixture(scope="session")
def detector() -> FaceDetector:
    """The shipped detector."""
    return FaceDetector.load(ZOO)


@pytest.fixture(scope="session")
def perception() -> Perception:
    """The shipped networks with the default limits."""
    return open_perception(PerceptionSettings(), "attributes")


def full_range_looks(detector: FaceDetector) -> int:
    """Return how often a detector's full-range network has looked, whichever its input."""
    return sum(network.invocations for network in detector.full.networks)


def frame(image: Image) -> Frame:
    """Return a frame of a picture, taken now."""
    return Frame(image, datetime.now(UTC))
