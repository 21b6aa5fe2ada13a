"""Batches of augmented crops, the same for the same seed and epoch, however often a run is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from device.observation import Image
from model.data.augment import augment, canonical
from model.data.draws import Draws, draw, plain
from model.data.prepare import Crops
from model.processes import end_with_parent
from model.recipes.recipe import Recipe


class Batches(Protocol):
    """Inputs of a network, or of one of its blocks, and labels (B, labels) float32, NaN where one cannot be seen."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]: ...


_VALIDATION_BATCH = 128
ONE_WORKER: Mapping[str, Any] = {
    "num_workers": 1,
    # A worker inherits the crops; copying gigabytes to it would take longer than an epoch.
    "multiprocessing_context": "fork",
    # PyTorch's own watchdog takes whoever is the parent when the worker begins; after a kill that is init.
    "worker_init_fn": lambda _number: end_with_parent(),
}
"""For a DataLoader: a process makes its batches, and ends with the one that trains, however that one ends."""


def network_input(image: Image) -> NDArray[np.float32]:
    """Turn (S, S, 3) uint8 BGR into (3, S, S) float32 RGB in -1..1."""
    return np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1), np.float32) / 127.5 - 1


class Views(Dataset[tuple[NDArray[np.float32], NDArray[np.float32]]]):
    """Network inputs (3, S, S) float32 and labels (labels,) float32, one per crop, made on demand.

    Args:
        crops: (N, S, S, 3) uint8 BGR.
        labels: (N, labels) float32.
        view: makes a picture (S, S, 3) uint8 BGR from a crop and its row.
    """

    def __init__(
        self,
        crops: NDArray[np.uint8],
        labels: NDArray[np.float32],
        view: Callable[[NDArray[np.uint8], int], Image],
    ) -> None:
        self._crops, self._labels, self._view = crops, labels, view

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, row: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return network_input(self._view(self._crops[row], row)), self._labels[row]


class Pictures:
    """The batches of a run that trains the whole network: other pictures in every epoch.

    Args:
        recipe: says how the pictures are made.
        train: the crops to learn from, and their pixels, (N, S, S, 3) uint8 BGR.
        val: the same to choose by.
        share: which of how many equal shares of each batch; of several processes each has its own.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: tuple[Crops, NDArray[np.uint8]],
        val: tuple[Crops, NDArray[np.uint8]],
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self._recipe, self._share = recipe, share
        self._train, self._train_crops = train
        self._val, self._val_crops = val

    def training(self, epoch: int) -> Batches:
        """Return an epoch's shuffled, augmented batches: (B, 3, S, S) float32 and (B, labels) float32."""
        draws = draws_of(self._recipe, epoch, len(self._train))
        batches: Batches = DataLoader(
            views(self._train_crops, self._train.labels, draws),  # type: ignore[arg-type]  # collated
            batch_sampler=training_batches(
                self._train.identities, self._recipe, epoch, self._share
            ),
            prefetch_factor=8,
            **ONE_WORKER,
        )
        return batches

    def validation(self, epoch: int) -> Batches:
        """Return the plain crops of the validation split at the side of an epoch, in order."""
        side, zoom = self._recipe.sides[epoch], self._recipe.zoom
        return plain_batches(self._val_crops, self._val.labels, side, zoom)


def load_pictures(
    recipe: Recipe, train: Crops, val: Crops, share: tuple[int, int] = (0, 1)
) -> Pictures:
    """Load the crops to learn from and those to choose by into memory; see Pictures."""
    return Pictures(recipe, (train, train.load()), (val, val.load()), share)


def draws_of(recipe: Recipe, epoch: int, count: int) -> Draws:
    """Return how the pictures of `count` crops stray from them in an epoch.

    Behind frozen blocks the epochs take turns with the views, and the pictures of the first one are plain.
    """
    side = recipe.sides[epoch]
    if recipe.frozen is not None:
        epoch %= recipe.frozen.views
        if epoch == 0:
            return plain(count, side, recipe.zoom)
    random = np.random.default_rng((recipe.seed, epoch, count))
    return draw(recipe.augmentation, count, side, random, recipe.zoom)


def views(crops: NDArray[np.uint8], labels: NDArray[np.float32], draws: Draws) -> Views:
    """Return the pictures of crops as the draws say."""
    return Views(crops, labels, lambda crop, row: augment(crop, draws, row))


def training_rows(identities: NDArray[np.int64], recipe: Recipe, epoch: int) -> list[int]:
    """Choose the rows of an epoch and their order: at most recipe.max_per_identity of one person.

    Args:
        identities: (N,) int64; -1 is unknown, and is never left out.
        recipe: gives the seed and the limit.
        epoch: another epoch chooses other pictures.
    """
    order = np.random.default_rng((recipe.seed, epoch)).permutation(len(identities))
    seen: dict[int, int] = {}
    rows = []
    for row in order:
        identity = int(identities[row])
        seen[identity] = seen.get(identity, 0) + 1
        if identity < 0 or seen[identity] <= recipe.max_per_identity:
            rows.append(int(row))
    return rows


def training_batches(
    identities: NDArray[np.int64], recipe: Recipe, epoch: int, share: tuple[int, int] = (0, 1)
) -> list[list[int]]:
    """Choose the rows of each batch of an epoch, or of one of several equal shares of each batch.

    A last batch that is not whole is left out: batch normalisation needs more than one picture.
    """
    rows = training_rows(identities, recipe, epoch)
    part, parts = share
    size = recipe.batch // parts
    starts = range(part * size, len(rows) - recipe.batch + part * size + 1, recipe.batch)
    return [rows[start : start + size] for start in starts]


def plain_batches(
    crops: NDArray[np.uint8],
    labels: NDArray[np.float32],
    side: int,
    zoom: float = 1.0,
    batch: int = _VALIDATION_BATCH,
) -> Batches:
    """Return the plain crops in order, in batches: (B, 3, S, S) float32 and (B, labels) float32."""
    pictures = Views(crops, labels, lambda crop, _: canonical(crop, side, zoom))
    batches: Batches = DataLoader(pictures, batch_size=batch)  # type: ignore[arg-type]  # collated
    return batches
