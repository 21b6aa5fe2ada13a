"""For whom the network works how well: the figures of subgroups of a split."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.entities.table import offered
from device.networks.card import ModelCard
from device.observation import Image

# The cheeks and the nose of a canonical crop, as fractions of its side: skin on almost every face.
_SKIN = (0.5, 0.64, 0.34, 0.66)


@dataclass(frozen=True, slots=True)
class Group:
    """How the network does on some of the pictures.

    Attributes:
        accuracy: mean over all attributes, 0..1.
        recall: mean over the offered attributes, 0..1, those left out that hardly occur in the group.
        left_out: which those are.
    """

    name: str
    pictures: int
    accuracy: float
    recall: float
    left_out: tuple[str, ...]


def skin_brightness(crop: Image) -> float:
    """Return the mean luma, 0..1, of the skin region of a canonical crop (S, S, 3) uint8 BGR."""
    side = crop.shape[0]
    top, bottom, left, right = (round(part * side) for part in _SKIN)
    return float(cv2.cvtColor(crop[top:bottom, left:right], cv2.COLOR_BGR2GRAY).mean()) / 255


def subgroups(
    card: ModelCard,
    present: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    visible: NDArray[np.bool_],
    brightness: NDArray[np.float64],
) -> list[Group]:
    """Split pictures by Male, by Young and by the brightness of the skin region, and measure each part.

    Args:
        card: names the attributes, in the order of the columns.
        present: (N, attributes) bool, decided.
        truth: (N, attributes) bool.
        visible: (N, attributes) bool: which of these count.
        brightness: (N,) float64, 0..1; see skin_brightness.
    """
    low, high = np.quantile(brightness, (1 / 3, 2 / 3))
    groups = {"all": np.ones(len(truth), bool)}
    for label in ("Male", "Young"):
        column = card.names.index(label)
        shown = visible[:, column]
        groups |= {
            f"{label}: yes": shown & truth[:, column],
            f"{label}: no": shown & ~truth[:, column],
        }
    groups |= {
        f"skin region dark (luma < {low:.2f})": brightness < low,
        "skin region medium": (brightness >= low) & (brightness < high),
        f"skin region bright (luma from {high:.2f} on)": brightness >= high,
    }
    return [
        _group(name, card, present[rows], truth[rows], visible[rows])
        for name, rows in groups.items()
    ]


# A recall of fewer faces than these is chance.
_LEAST_POSITIVES = 20


def _group(
    name: str,
    card: ModelCard,
    present: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    visible: NDArray[np.bool_],
) -> Group:
    columns = [card.names.index(label) for label in offered(card.names, card.unreliable)]
    positives = truth & visible
    enough = [i for i in columns if positives[:, i].sum() >= _LEAST_POSITIVES]
    recalls = [present[positives[:, i], i].mean() for i in enough]
    left_out = tuple(card.names[i] for i in columns if i not in enough)
    accuracy = float((present == truth)[visible].mean())
    return Group(name, len(truth), accuracy, float(np.mean(recalls)), left_out)
