"""Safe mode: what takes the place of the camera and the networks when they may be what ends the node.

The loop, the link and the entities stay as they are, so that Home Assistant can say what is wrong.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from device.camera.camera import Camera
from device.entities.table import CELEBA
from device.entities.vocabulary import Vocabulary
from device.errors import CameraInSafeModeError, ModelError
from device.networks.card import read_card
from device.networks.files import model_path
from device.observation import Face, Frame
from device.perception.pipeline import Judgement, Perceived

if TYPE_CHECKING:
    from device.camera.source import FrameSource
    from device.config import AttributeSettings, CameraSettings


def no_camera(settings: CameraSettings) -> Camera:
    """Return a camera that is never there, and says why."""

    def refuse() -> FrameSource:
        """Refuse to connect.

        Raises:
            CameraError: always.
        """
        message = (
            "the node is in safe mode and leaves the camera alone, because its last starts failed. "
            "See what Home Assistant shows as its last failure, fix that, and press its button Restart."
        )
        raise CameraInSafeModeError(message)

    return Camera(
        refuse, settings, description="(safe mode)", clock=time.monotonic, jitter=random.random
    )


def perceive_nothing(
    _frames: Sequence[Frame],
    _judgement: Judgement,
    _previous: Sequence[Face],
    _should_stop: Callable[[], bool],
) -> Perceived:
    """Answer for networks that are not loaded; a camera that is never there does not ask."""
    return Perceived((), 0, None, {})


def reconsider_nothing(seen: Perceived, _judgement: Judgement) -> Perceived:
    """Leave what was seen as it is: nothing ever is."""
    return seen


def known_vocabulary(settings: AttributeSettings) -> Vocabulary:
    """Return the vocabulary of the configured network, or CelebA's if its JSON is what fails.

    Otherwise the owner's own attributes would leave Home Assistant with the first failure.
    """
    try:
        card = read_card(model_path(settings.model))
    except ModelError:
        return CELEBA
    return Vocabulary.of(card)
