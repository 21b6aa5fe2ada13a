"""Batches on a GPU: the crops are copied there once, and every picture is made there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from model.data.augment_tensors import augment_tensors, warp_tensors
from model.data.batches import Batches, draws_of, training_batches
from model.data.draws import Draws, plain
from model.data.prepare import Crops
from model.recipes.recipe import Recipe

_VALIDATION_BATCH = 512


class ResidentCrops:
    """Crops of a split in the memory of a device.

    Args:
        crops: the split's.
        device: has room for them: 102 kB per crop of 184 pixels.
    """

    def __init__(self, crops: Crops, device: torch.device) -> None:
        self.device = device
        self.labels = torch.from_numpy(crops.labels).to(device)
        self._crops = torch.empty(
            (len(crops), *crops.shards[0].shape[1:]), dtype=torch.uint8, device=device
        )
        start = 0
        for shard in crops.of_one_size():
            self._crops[start : start + len(shard)] = torch.from_numpy(np.array(shard)).to(device)
            start += len(shard)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, rows: list[int]) -> tuple[Tensor, Tensor]:
        """Return some of the crops, (B, S, S, 3) uint8 BGR, and their labels."""
        places = torch.tensor(rows, device=self.device)
        return self._crops[places], self.labels[places]


class ResidentPictures:
    """The batches of a run on a device: the same pictures of the same crops as batches.Pictures gives.

    Args:
        recipe: says how the pictures are made.
        train: the crops to learn from, and who is on them.
        val: those to choose by.
        share: which of how many equal shares of each batch; of several devices each has its own.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: tuple[ResidentCrops, Crops],
        val: ResidentCrops,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self._recipe, self._val = recipe, val
        self._train, self._table = train
        self._share = share

    def training(self, epoch: int) -> Batches:
        """Return an epoch's shuffled, augmented batches."""
        recipe = self._recipe
        batches = training_batches(self._table.identities, recipe, epoch, self._share)
        draws = draws_of(recipe, epoch, len(self._train))
        noise = torch.Generator(self._train.device).manual_seed(recipe.seed * 1000 + epoch)
        return _Batches(
            self._train, batches, draws, lambda crops, some: augment_tensors(crops, some, noise)
        )

    def validation(self, epoch: int) -> Batches:
        """Return the plain crops of the validation split at the side of an epoch, in order."""
        return plain_resident(self._val, self._recipe.sides[epoch], self._recipe.zoom)


def plain_resident(crops: ResidentCrops, side: int, zoom: float = 1.0) -> Batches:
    """Return the plain crops in order, in batches."""
    rows = list(range(len(crops)))
    batches = [rows[i : i + _VALIDATION_BATCH] for i in range(0, len(rows), _VALIDATION_BATCH)]
    return _Batches(crops, batches, plain(len(crops), side, zoom), warp_tensors)


def resident(
    recipe: Recipe, data: tuple[Crops, Crops], device: torch.device, share: tuple[int, int]
) -> ResidentPictures:
    """Copy the crops to learn from and those to choose by to a device; see ResidentPictures."""
    train, val = data
    return ResidentPictures(
        recipe, (ResidentCrops(train, device), train), ResidentCrops(val, device), share
    )


class _Batches:
    def __init__(
        self,
        crops: ResidentCrops,
        batches: list[list[int]],
        draws: Draws,
        make: Callable[[Tensor, Draws], Tensor],
    ) -> None:
        self._crops, self._batches = crops, batches
        self._draws, self._make = draws, make

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for rows in self._batches:
            crops, labels = self._crops.batch(rows)
            yield self._make(crops, self._draws.rows(rows)) / 127.5 - 1, labels
