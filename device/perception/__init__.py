"""Perception: pixels in, facts out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import ModelError
from device.networks.card import UPDATED, ZOO, model_path
from device.perception.pipeline import Perception
from device.perception.quality import Gate

if TYPE_CHECKING:
    from device.config import PerceptionSettings

__all__ = ["Perception", "open_perception"]

_LOG = logging.getLogger(__name__)


def open_perception(
    settings: PerceptionSettings, model: str, updated: Path = UPDATED
) -> Perception:
    """Make the perception that the settings ask for; with the shipped network if an update of it does not load.

    Args:
        settings: which faces are judged.
        model: name in the zoo, or path of a .tflite.
        updated: where updates of the zoo's networks may lie.

    Raises:
        ModelError: a network is missing or damaged.
    """
    path, shipped = model_path(model, updated), ZOO / f"{model}.tflite"
    try:
        return _perception(settings, path)
    except ModelError as error:
        if path == shipped or not shipped.is_file():
            raise
        _LOG.error("The update of the network is left aside for the shipped one: %s", error)
        return _perception(settings, shipped)


def _perception(settings: PerceptionSettings, model: Path) -> Perception:
    return Perception(
        model,
        min_score=settings.detector_score,
        gate=Gate(settings.min_face_size, settings.min_sharpness, settings.min_brightness),
        max_faces=settings.max_faces,
        threads=settings.threads,
    )
