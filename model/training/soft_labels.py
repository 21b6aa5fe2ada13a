"""Blending the labels of crops with the soft labels of a file. Needs no PyTorch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from model.data.prepare import Crops
from model.errors import TrainingError


def softened(crops: Crops, share: float, soft: Path | None) -> Crops:
    """Blend the labels of crops with soft ones of a file; see Recipe.soft. Masked labels are the soft ones alone.

    Raises:
        TrainingError: the recipe asks for soft labels and there are none, or there are and it does not, or they are of
            other crops.
    """
    if (soft is None) == (share > 0):
        verb = "asks for" if share else "does not use"
        message = (
            f"the recipe {verb} soft labels (soft: {share}); "
            "`python -m model teach` makes them, --soft names them"
        )
        raise TrainingError(message)
    if soft is None:
        return crops
    try:
        likely = np.load(soft, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        message = (
            f"soft labels {soft} cannot be read: {error}; make them with `python -m model teach`"
        )
        raise TrainingError(message) from error
    if likely.shape != crops.labels.shape:
        message = f"soft labels {soft} are {likely.shape}, the crops have {crops.labels.shape}; teach on the same data"
        raise TrainingError(message)
    blended = (1 - share) * crops.labels + share * likely
    return replace(crops, labels=np.where(np.isnan(crops.labels), likely, blended))
