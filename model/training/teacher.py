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
from model.training.device_name import DeviceName
from model.training.devices import choose_device, half_precision
from model.training.logistic_regression import FloatArray, fit_scales, probability
from model.training.members import Member, read_members

# This many pictures of an average person are added to those of each person: one other picture says little.
_DOUBT_PICTURES = 2
# Of one person no more pictures than these decide how far the others are trusted.
_LARGEST_WEIGHT_PICTURES = 12


def teach(data: Path, runs: list[Path], out: Path, device: DeviceName = DeviceName.AUTO) -> None:
    """Write the soft labels of the training split, (N, labels) float32, 0..1, in the order of its crops.

    Raises:
        DataError: there are no crops.
        TrainingError: a run has no weights, or was trained on other attributes, or there is no such device.
    """
    chosen = choose_device(device)
    crops, members = read_crops(data, "train"), read_members(runs)
    if members[0].attributes != crops.attributes:
        message = f"the runs were trained on other attributes than {data} has; prepare and train on one folder"
        raise TrainingError(message)
    logits = np.mean([_logits(member, crops, chosen) for member in members], axis=0)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        np.save(file, soft_labels(logits, crops.labels, crops.identities))


def soft_labels(
    logits: FloatArray, labels: NDArray[np.float32], identities: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return how likely each label is, (N, labels) float32, 0..1, from everything except itself; masked ones as well.

    Args:
        logits: (N, labels) float64, of the teachers.
        labels: (N, labels) float32, 0 or 1; nan where they are masked.
        identities: (N,) int64; -1 is a person who is in no other picture.
    """
    people = np.where(identities < 0, -1 - np.arange(len(identities)), identities)
    _, of, pictures = np.unique(people, return_inverse=True, return_counts=True)
    weights = np.minimum(1, _LARGEST_WEIGHT_PICTURES / pictures[of])
    weights /= weights.mean()
    # The logits already hold what the teachers know of the other pictures; only what the labels add is a new feature.
    visible, truth = ~np.isnan(labels), labels > 0
    added = _log_odds(_of_others(truth, visible, of)) - _log_odds(
        _of_others(probability(logits), visible, of)
    )
    soft = np.empty(truth.shape, np.float32)
    for label in range(truth.shape[1]):
        features, shown = np.column_stack([logits[:, label], added[:, label]]), visible[:, label]
        scales, bias = fit_scales(features[shown], truth[shown, label], weights[shown])
        soft[:, label] = probability(features @ scales + bias)
    return soft


def _of_others(
    values: FloatArray | NDArray[np.bool_], visible: NDArray[np.bool_], of: NDArray[np.int64]
) -> FloatArray:
    """Return the mean of visible values (N, labels) over a person's other pictures and a few of an average person."""
    shown = values * visible
    sums, counts = (np.zeros((of.max() + 1, values.shape[1])) for _ in range(2))
    np.add.at(sums, of, shown)
    np.add.at(counts, of, visible)
    average = shown.sum(axis=0) / np.maximum(visible.sum(axis=0), 1)
    others = counts[of] - visible
    return np.asarray((sums[of] - shown + _DOUBT_PICTURES * average) / (others + _DOUBT_PICTURES))


def _log_odds(shares: FloatArray) -> FloatArray:
    shares = np.clip(shares, 0.01, 0.99)
    return np.asarray(np.log(shares / (1 - shares)))


@torch.inference_mode()
def _logits(member: Member, crops: Crops, device: torch.device) -> FloatArray:
    """Return a network's logits for the plain crops, (N, labels) float64."""
    network = member.network.to(device, memory_format=torch.channels_last)
    logits = []
    for shard in tqdm(crops.shards, desc=member.recipe.name, unit="shard"):
        nothing = np.zeros((len(shard), 1), np.float32)
        for images, _ in plain_batches(shard, nothing, member.side, member.recipe.zoom):
            images = images.to(device)  # noqa: PLW2901 - the same pictures
            with half_precision(device):
                batch = network(images.contiguous(memory_format=torch.channels_last))
            logits.append(batch.cpu().double().numpy())
    return np.concatenate(logits)
