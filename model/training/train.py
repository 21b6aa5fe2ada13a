"""Training: fine-tune a network, whole or behind its frozen blocks; keep the averaged weights that validate best."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from model.data.batches import Batches, Pictures, load_pictures, training_rows
from model.data.prepare import Crops, read_crops
from model.data.resident import ResidentPictures, resident
from model.errors import TrainingError
from model.networks.weights import Network, build_network
from model.recipes.recipe import Recipe
from model.training.device_name import DeviceName
from model.training.devices import choose_device, half_precision
from model.training.feature_cache import BehindBlocks, FeatureCache, fill_cache
from model.training.run_folder import BEST, CHECKPOINT, FEATURE_CACHE, LOG, cut_log
from model.training.several import Place, joined
from model.training.soft_labels import softened
from model.training.steps import (
    Score,
    decayed_apart,
    label_loss,
    learning_rate_share,
    mixed,
    validate,
)

# Asking a GPU for the loss waits for it; the bar shows it every so many batches.
_SHOWN_EVERY = 20


def train(
    recipe: Recipe,
    data: Path,
    folder: Path,
    weights: Path | None,
    soft: Path | None = None,
    device: DeviceName = DeviceName.AUTO,
) -> None:
    """Train a network in a folder; called again for the same folder it goes on after the last whole epoch.

    Args:
        recipe: what to train.
        data: folder made by prepare.
        folder: for checkpoint, best weights and log.
        weights: to start from; see build_network.
        soft: the soft labels that a recipe may ask for.
        device: to train on. Under torchrun there is a process for each GPU, and each takes its share of every batch.

    Raises:
        DataError: there are no crops.
        WeightsError: the weights do not fit.
        TrainingError: the soft labels do not fit, the folder belongs to another recipe, or there is no such device.
    """
    with joined() as place:
        torch.manual_seed(recipe.seed + place.rank)
        _train(recipe, data, folder, (weights, soft), choose_device(device, place.local), place)


def _train(
    recipe: Recipe,
    data: Path,
    folder: Path,
    files: tuple[Path | None, Path | None],
    device: torch.device,
    place: Place,
) -> None:
    weights, soft = files
    # The cores belong to the training step; and a pool of OpenCV's threads does not survive the fork of a worker.
    cv2.setNumThreads(0)
    train_crops, val_crops = read_crops(data, "train"), read_crops(data, "val")
    train_crops = softened(train_crops, recipe.soft, soft)
    attributes = len(train_crops.attributes)
    network = build_network(recipe, attributes, weights, train_crops.shards)
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(recipe, folder, network.to(device), (train_crops, val_crops), place)
    run.resume()
    run.train()


class Run:
    """One training run in a folder.

    Args:
        recipe: what to train.
        folder: for checkpoint, best weights and log.
        network: with the weights to start from.
        data: the crops to learn from, and those to choose by.
        place: which of the processes that train the network this one is.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        network: Network,
        data: tuple[Crops, Crops],
        place: Place,
    ) -> None:
        self._recipe, self._folder, self._data = recipe, folder, data
        self._place = place
        self._device = next(network.parameters()).device
        self._network = network.to(memory_format=torch.channels_last)
        self._blocks = recipe.frozen.blocks if recipe.frozen else 0
        self._frozen = frozen_parts(network, self._blocks)
        for part in self._frozen:
            part.requires_grad_(False)  # noqa: FBT003 - PyTorch's
        self._shared = place.wrap(self._network)
        self._average = AveragedModel(
            self._network,
            multi_avg_fn=get_ema_multi_avg_fn(recipe.average_decay),
            use_buffers=True,
        )
        self._optimizer = torch.optim.AdamW(
            decayed_apart(self._network, recipe.weight_decay), recipe.learning_rate
        )
        # The schedule is made for all epochs, whether training ends before them or not; see Recipe.stop_after.
        self._steps = sum(
            len(training_rows(data[0].identities, recipe, epoch)) // recipe.batch
            for epoch in range(len(recipe.sides))
        )
        self._step, self._epoch, self._best = 0, 0, math.inf

    @property
    def is_finished(self) -> bool:
        """Whether the last epoch of the recipe is trained."""
        return self._epoch >= self._recipe.last_epoch

    def train(self) -> None:
        """Train to the last epoch of the recipe. Ctrl-C loses at most the epoch that is running."""
        if self.is_finished:
            return
        source = self._source()
        while not self.is_finished:
            side = self._recipe.sides[self._epoch]
            loss = self._train_epoch(source.training(self._epoch), side)
            self._epoch += 1
            if self._place.is_first:
                self._judge(source.validation(self._epoch - 1), side, loss)
            self._place.wait()

    def resume(self) -> None:
        """Go on from the checkpoint of the folder, if it has one.

        Raises:
            TrainingError: it is a checkpoint of another recipe.
        """
        path = self._folder / CHECKPOINT
        if path.exists():
            state = torch.load(path, map_location=self._device, weights_only=True)
            if not self._recipe.continues(state["recipe"]):
                message = (
                    f"{self._folder} holds a run of another recipe than {self._recipe.name}; "
                    "choose another --run folder or empty this one"
                )
                raise TrainingError(message)
            self._network.load_state_dict(state["network"])
            self._average.load_state_dict(state["average"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._step, self._epoch, self._best = state["step"], state["epoch"], state["best"]
            tqdm.write(f"{path}: going on after epoch {self._epoch}")
        if self._place.is_first:
            cut_log(self._folder / LOG, self._epoch)

    def _source(self) -> Pictures | FeatureCache | ResidentPictures | BehindBlocks:
        frozen = self._network.features[: self._blocks]
        kept = self._recipe.frozen
        is_alone = self._device.type == "cpu" and self._place.count == 1
        if kept is not None and is_alone and kept.views < self._recipe.last_epoch:
            folder = self._folder / FEATURE_CACHE
            return fill_cache(self._network, self._recipe, kept, self._data, folder)
        pictures = (
            load_pictures(self._recipe, *self._data, self._place.share)
            if self._device.type == "cpu"
            else resident(self._recipe, self._data, self._device, self._place.share)
        )
        return BehindBlocks(pictures, frozen) if self._blocks else pictures

    def _train_epoch(self, batches: Batches, side: int) -> float:
        self._network.train()
        # What is frozen keeps its statistics as well.
        for part in self._frozen:
            part.eval()
        total = torch.zeros((), device=self._device)
        title = f"epoch {self._epoch + 1}/{self._recipe.last_epoch}, {side} px"
        is_quiet = not self._place.is_first
        with tqdm(batches, desc=title, unit="batch", disable=is_quiet) as progress:
            for count, (inputs, labels) in enumerate(progress, start=1):
                total += self._train_step(inputs, labels)
                if count % _SHOWN_EVERY == 0:
                    progress.set_postfix(loss=f"{float(total) / count:.4f}")
        return float(total) / max(1, len(batches))

    def _train_step(self, inputs: Tensor, labels: Tensor) -> Tensor:
        share = learning_rate_share(self._step, self._steps, self._recipe.warm_up)
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * share
        inputs, labels = mixed(inputs, labels, self._recipe.mixup)
        with half_precision(self._device):
            logits = self._shared(
                inputs.contiguous(memory_format=torch.channels_last), self._blocks
            )
        loss = label_loss(logits.float(), labels)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's
        self._optimizer.step()
        self._average.update_parameters(self._network)
        self._step += 1
        return loss.detach()

    def _judge(self, validation: Batches, side: int, loss: float) -> None:
        average = self._average.module
        score = validate(average, validation, self._blocks)
        self._log(side, loss, score)
        # Thresholds and scales are fitted later: the loss says more about a network than its accuracy.
        if score.loss < self._best:
            self._best = score.loss
            self._keep(average, side, score)
        self._checkpoint()

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

    def _keep(self, average: nn.Module, side: int, score: Score) -> None:
        state = {
            "network": average.state_dict(),
            "recipe": self._recipe.model_dump(mode="json"),
            "attributes": self._data[0].attributes,
            "side": side,
            "val_accuracy": score.accuracy,
        }
        save(state, self._folder / BEST)

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


def frozen_parts(network: Network, blocks: int) -> list[nn.Module]:
    """Return what does not learn behind a number of frozen blocks: if all are frozen, all but the dense layers."""
    if blocks == len(network.features):
        return [part for name, part in network.named_children() if name != "head"]
    return list(network.features[:blocks])


def save(state: dict[str, Any], path: Path) -> None:
    """Write a torch file so that a kill leaves either the old or the new one."""
    unfinished = path.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(path)
