"""Training: fine-tune a network, whole or behind its frozen blocks; keep the averaged weights that validate best."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from device.errors import FacetError
from model.data.batches import Batches, Pictures, training_rows
from model.data.prepare import Crops, read_crops
from model.networks.weights import build_network
from model.recipes.recipe import Recipe
from model.training.feature_cache import Maps

CHECKPOINT = "checkpoint.pt"
BEST = "best.pt"
LOG = "log.csv"


class TrainingError(FacetError):
    """The run cannot start or go on."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a network did on a split: mean accuracy (0..1) and mean binary cross-entropy (nats)."""

    accuracy: float
    loss: float


class Run:
    """One training run in a folder; started again in the same folder it goes on after the last whole epoch.

    Args:
        recipe: what to train.
        data: folder made by prepare.
        folder: for checkpoint, best weights and log.
        weights: to start from; see build_network.
        soft: the soft labels that a recipe may ask for.

    Raises:
        DataError: there are no crops.
        TrainingError: the weights or the soft labels do not fit, or the folder belongs to another recipe.
    """

    def __init__(
        self,
        recipe: Recipe,
        data: Path,
        folder: Path,
        weights: Path | None,
        soft: Path | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        # The cores belong to the training step; and a pool of OpenCV's threads does not survive the fork of a worker.
        cv2.setNumThreads(0)
        self._recipe, self._folder, self._data = recipe, folder, data
        self._train, self._val = read_crops(data, "train"), read_crops(data, "val")
        self._train = softened(self._train, recipe.soft, soft)
        attributes = len(self._train.attributes)
        network = build_network(recipe, attributes, weights, self._train.shards)
        self._network = network.to(memory_format=torch.channels_last)
        self._blocks = recipe.frozen.blocks if recipe.frozen else 0
        for block in self._network.features[: self._blocks]:
            block.requires_grad_(False)  # noqa: FBT003 - PyTorch's
        self._average = AveragedModel(
            self._network,
            multi_avg_fn=get_ema_multi_avg_fn(recipe.average_decay),
            use_buffers=True,
        )
        self._optimizer = torch.optim.AdamW(
            _decayed_apart(self._network, recipe.weight_decay), recipe.learning_rate
        )
        self._lengths = [
            len(training_rows(self._train.identities, recipe, epoch)) // recipe.batch
            for epoch in range(len(recipe.sides))
        ]
        self._step, self._epoch, self._best = 0, 0, math.inf
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def train(self) -> None:
        """Train to the end of the recipe. Ctrl-C loses at most the epoch that is running."""
        if self._epoch == len(self._recipe.sides):
            return
        source = self._source()
        while self._epoch < len(self._recipe.sides):
            side = self._recipe.sides[self._epoch]
            loss = self._train_epoch(source.training(self._epoch), side)
            average = self._average.module
            score = validate(average, source.validation(self._epoch), self._blocks)
            self._epoch += 1
            self._log(side, loss, score)
            # Thresholds and scales are fitted later: the loss knows more of what a network is worth than its accuracy.
            if score.loss < self._best:
                self._best = score.loss
                save(
                    {
                        "network": average.state_dict(),
                        "recipe": self._recipe.model_dump(mode="json"),
                        "attributes": self._train.attributes,
                        "side": side,
                        "val_accuracy": score.accuracy,
                    },
                    self._folder / BEST,
                )
            self._checkpoint()

    def _source(self) -> Pictures | Maps:
        frozen = self._recipe.frozen
        if frozen is None:
            return Pictures(self._recipe, self._train, self._val)
        folder = self._folder / "maps"
        return Maps(self._network, self._recipe, frozen, (self._train, self._val), folder)

    def _train_epoch(self, batches: Batches, side: int) -> float:
        self._network.train()
        # What is frozen keeps its statistics as well.
        self._network.features[: self._blocks].eval()
        total = 0.0
        title = f"epoch {self._epoch + 1}/{len(self._recipe.sides)}, {side} px"
        with tqdm(batches, desc=title, unit="batch") as progress:
            for count, (inputs, labels) in enumerate(progress, start=1):
                total += self._train_step(inputs, labels)
                progress.set_postfix(loss=f"{total / count:.4f}")
        return total / max(1, len(batches))

    def _train_step(self, inputs: Tensor, labels: Tensor) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * self._schedule()
        inputs, labels = mixed(inputs, labels, self._recipe.mixup)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self._network(
                inputs.contiguous(memory_format=torch.channels_last), self._blocks
            )
        loss = binary_cross_entropy_with_logits(logits.float(), labels)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's
        self._optimizer.step()
        self._average.update_parameters(self._network)
        self._step += 1
        return float(loss.detach())

    def _schedule(self) -> float:
        """Part of the learning rate at this step: a linear rise, then a cosine to zero."""
        total = sum(self._lengths)
        rise = self._recipe.warm_up * total
        if self._step < rise:
            return (self._step + 1) / rise
        return 0.5 * (1 + math.cos(math.pi * (self._step - rise) / max(1, total - rise)))

    def _log(self, side: int, loss: float, score: Score) -> None:
        path = self._folder / LOG
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(["epoch", "side", "train_loss", "val_loss", "val_accuracy"])
            writer.writerow(
                [self._epoch, side, f"{loss:.5f}", f"{score.loss:.5f}", f"{score.accuracy:.5f}"]
            )
        tqdm.write(
            f"epoch {self._epoch}: train loss {loss:.4f}, "
            f"val loss {score.loss:.4f}, val accuracy {score.accuracy:.4f}"
        )

    def _checkpoint(self) -> None:
        state = {
            "recipe": self._recipe.model_dump(mode="json"),
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self._step,
            "epoch": self._epoch,
            "best": self._best,
        }
        save(state, self._folder / CHECKPOINT)

    def _resume(self) -> None:
        path = self._folder / CHECKPOINT
        if not path.exists():
            return
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["recipe"] != self._recipe.model_dump(mode="json"):
            msg = f"{self._folder} holds a run of another recipe; choose another --run folder or empty this one"
            raise TrainingError(msg)
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._step, self._epoch, self._best = state["step"], state["epoch"], state["best"]
        tqdm.write(f"{path}: going on after epoch {self._epoch}")


@torch.inference_mode()
def validate(network: nn.Module, batches: Batches, start: int = 0) -> Score:
    """Score a network on batches of what its block `start` takes, with their labels."""
    network.eval()
    answers = [(network(inputs, start), labels) for inputs, labels in batches]
    logits, truth = (torch.cat(parts) for parts in zip(*answers, strict=True))
    return Score(
        float(((logits > 0) == truth.bool()).float().mean()),
        float(binary_cross_entropy_with_logits(logits, truth)),
    )


def save(state: dict[str, Any], path: Path) -> None:
    """Write a torch file so that a kill leaves either the old or the new one."""
    unfinished = path.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def softened(crops: Crops, share: float, soft: Path | None) -> Crops:
    """Blend the labels of crops with soft ones of a file; see Recipe.soft.

    Raises:
        TrainingError: the recipe asks for soft labels and there are none, or there are and it does not, or they are of
            other crops.
    """
    if (soft is None) == (share > 0):
        wanted = "asks for" if share else "does not use"
        msg = f"the recipe {wanted} soft labels (soft: {share}); `python -m model teach` makes them, --soft names them"
        raise TrainingError(msg)
    if soft is None:
        return crops
    try:
        likely = np.load(soft, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        msg = f"soft labels {soft} cannot be read: {error}; make them with `python -m model teach`"
        raise TrainingError(msg) from error
    if likely.shape != crops.labels.shape:
        msg = f"soft labels {soft} are {likely.shape}, the crops have {crops.labels.shape}; teach on the same data"
        raise TrainingError(msg)
    return replace(crops, labels=(1 - share) * crops.labels + share * likely)


def mixed(images: Tensor, labels: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Blend each picture (B, C, H, W) and its labels (B, 40) with another's; see Recipe.mixup."""
    if not strength:
        return images, labels
    share = float(torch.distributions.Beta(strength, strength).sample())
    others = torch.randperm(len(images))
    return images.lerp(images[others], share), labels.lerp(labels[others], share)


def _decayed_apart(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay matrices and kernels; not biases and normalisation, which have nothing to over-fit."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
