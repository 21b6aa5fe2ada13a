"""Soft labels: how likely each label is, according to trained networks and the other pictures of the same person.

A third of the pictures carry a wrong label; a network that is trained on likelihoods learns fewer of them by heart.
That a person's other pictures help is known in training only (Lopez-Paz et al., "Unifying Distillation and Privileged
Information", ICLR 2016).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from model.data.batches import plain_batches
from model.data.prepare import Crops, read_crops
from model.errors import TrainingError
from model.training.logistic_regression import FloatArray, fit_scales, probability
from model.training.members import Member, read_members

# This many pictures of an average person are added to those of each person: one other picture says little.
_DOUBT_PICTURES = 2
# Of one person no more pictures than these decide how far the others are trusted.
_LARGEST_WEIGHT_PICTURES = 12


def teach(data: Path, runs: list[Path], out: Path) -> None:
    """Write the soft labels of the training split, (N, labels) float32, 0..1, in the order of its crops.

    Raises:
        DataError: there are no crops.
        TrainingError: a run has no weights, or was trained on other attributes.
    """
    crops, members = read_crops(data, "train"), read_members(runs)
    if members[0].attributes != crops.attributes:
        message = f"the runs were trained on other attributes than {data} has; prepare and train on one folder"
        raise TrainingError(message)
    logits = np.mean([_logits(member, crops) for member in members], axis=0)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        np.save(file, soft_labels(logits, crops.labels > 0, crops.identities))


def soft_labels(
    logits: FloatArray, truth: NDArray[np.bool_], identities: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return how likely each label is, (N, labels) float32, 0..1, from everything except itself.

    Args:
        logits: (N, labels) float64, of the teachers.
        truth: (N, labels) bool.
        identities: (N,) int64; -1 is a person who is in no other picture.
    """
    people, of, pictures = np.unique(identities, return_inverse=True, return_counts=True)
    others = np.where(people < 0, 1, pictures)[of] - 1
    weights = np.minimum(1, _LARGEST_WEIGHT_PICTURES / (others + 1))
    weights /= weights.mean()
    # The logits already hold what the teachers know of the other pictures; only what the labels add is a new feature.
    added = _log_odds(_of_others(truth, of, others)) - _log_odds(
        _of_others(probability(logits), of, others)
    )
    soft = np.empty(truth.shape, np.float32)
    for label in range(truth.shape[1]):
        features = np.column_stack([logits[:, label], added[:, label]])
        scales, bias = fit_scales(features, truth[:, label], weights)
        soft[:, label] = probability(features @ scales + bias)
    return soft


def _of_others(
    values: FloatArray | NDArray[np.bool_], of: NDArray[np.int64], others: NDArray[np.int64]
) -> FloatArray:
    """Return the mean of values (N, labels) over a person's other pictures, and over a few of an average person."""
    sums = np.zeros((of.max() + 1, values.shape[1]))
    np.add.at(sums, of, values)
    mine = np.where(others[:, None] > 0, sums[of] - values, 0)
    return np.asarray(
        (mine + _DOUBT_PICTURES * values.mean(axis=0)) / (others[:, None] + _DOUBT_PICTURES)
    )


def _log_odds(shares: FloatArray) -> FloatArray:
    shares = np.clip(shares, 0.01, 0.99)
    return np.asarray(np.log(shares / (1 - shares)))


@torch.inference_mode()
def _logits(member: Member, crops: Crops) -> FloatArray:
    """Return a network's logits for the plain crops, (N, labels) float64."""
    network = member.network.to(memory_format=torch.channels_last)
    logits = []
    for shard in tqdm(crops.shards, desc=member.recipe.name, unit="shard"):
        nothing = np.zeros((len(shard), 1), np.float32)
        for images, _ in plain_batches(shard, nothing, member.side, member.recipe.zoom):
            with torch.autocast("cpu", torch.bfloat16):
                batch = network(images.contiguous(memory_format=torch.channels_last))
            logits.append(batch.double().numpy())
    return np.concatenate(logits)
