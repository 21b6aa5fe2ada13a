"""The arithmetic of a training step: learning rate, blending, weight decay, validation. Nothing here keeps a state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from model.data.batches import Batches


@dataclass(frozen=True, slots=True)
class Score:
    """How a network did on a split: mean accuracy (0..1) and mean binary cross-entropy (nats)."""

    accuracy: float
    loss: float


def learning_rate_share(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the learning rate at a step, 0..1: a linear rise, then a cosine to zero.

    Args:
        step: from 0 on.
        steps: of the whole schedule.
        warm_up: share of the steps in which it rises, 0..1.
    """
    rise = warm_up * steps
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def mixed(images: Tensor, labels: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Blend each picture (B, C, H, W) and its labels (B, 40) with another's; see Recipe.mixup."""
    if not strength:
        return images, labels
    share = float(torch.distributions.Beta(strength, strength).sample())
    others = torch.randperm(len(images), device=images.device)
    return images.lerp(images[others], share), labels.lerp(labels[others], share)


def decayed_apart(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Group parameters: matrices and kernels decay; biases and normalisation, which hardly over-fit, do not."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


@torch.inference_mode()
def validate(network: nn.Module, batches: Batches, start: int = 0) -> Score:
    """Score a network on batches of what its block `start` takes, with their labels."""
    network.eval()
    results = [(network(inputs, start), labels) for inputs, labels in batches]
    logits, truth = (torch.cat(tensors) for tensors in zip(*results, strict=True))
    is_right = (logits > 0) == (truth > 0.5)  # noqa: PLR2004 - half way between no and yes
    return Score(
        float(is_right[~truth.isnan()].float().mean()), float(label_loss(logits.float(), truth))
    )


def label_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean binary cross-entropy of logits (B, labels), in nats; a label that is NaN does not count."""
    is_visible = ~labels.isnan()
    losses = binary_cross_entropy_with_logits(logits, labels.nan_to_num(), reduction="none")
    return (losses * is_visible).sum() / is_visible.sum().clamp(min=1)
