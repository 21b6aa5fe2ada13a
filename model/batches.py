"""Batches of augmented crops, the same for the same seed and epoch, however often a run is killed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from device.observation import Image
from model.augment import augment, canonical
from model.prepare import Crops
from model.recipe import Recipe


def network_input(image: Image) -> NDArray[np.float32]:
    """Turn (S, S, 3) uint8 BGR into (3, S, S) float32 RGB in -1..1."""
    return np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1), np.float32) / 127.5 - 1


class _Epoch(Dataset[tuple[NDArray[np.float32], NDArray[np.float32]]]):
    def __init__(self, crops: NDArray[np.uint8], labels: NDArray[np.float32], side: int) -> None:
        self._crops, self._labels, self._side = crops, labels, side

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, row: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return network_input(self._view(row)), self._labels[row]

    def _view(self, row: int) -> Image:
        return canonical(self._crops[row], self._side)


class _TrainingEpoch(_Epoch):
    def __init__(
        self,
        crops: NDArray[np.uint8],
        labels: NDArray[np.float32],
        side: int,
        recipe: Recipe,
        epoch: int,
    ) -> None:
        super().__init__(crops, labels, side)
        self._recipe, self._epoch = recipe, epoch

    def _view(self, row: int) -> Image:
        random = np.random.default_rng((self._recipe.seed, self._epoch, row))
        return augment(self._crops[row], self._side, self._recipe.augmentation, random)


def training_rows(identities: NDArray[np.int64], recipe: Recipe, epoch: int) -> list[int]:
    """Choose the rows of an epoch and their order: at most recipe.max_per_identity of one person.

    Args:
        identities: (N,) int64; -1 is nobody in particular, and is never left out.
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
    crops: NDArray[np.uint8], data: Crops, recipe: Recipe, epoch: int
) -> DataLoader[tuple[Tensor, Tensor]]:
    """Return the shuffled, augmented batches of an epoch: (B, 3, S, S) float32 and (B, 40) float32."""
    side = recipe.sides[epoch]
    return DataLoader(
        _TrainingEpoch(crops, data.labels, side, recipe, epoch),  # type: ignore[arg-type]  # collated
        batch_size=recipe.batch,
        sampler=training_rows(data.identities, recipe, epoch),
        num_workers=1,
        prefetch_factor=8,
        drop_last=True,  # batch normalisation needs more than one picture
    )


def plain_batches(
    crops: NDArray[np.uint8], labels: NDArray[np.float32], side: int, batch: int = 128
) -> DataLoader[tuple[Tensor, Tensor]]:
    """Return the canonical crops in order, in batches: (B, 3, S, S) float32 and (B, 40) float32."""
    return DataLoader(_Epoch(crops, labels, side), batch_size=batch)  # type: ignore[arg-type]  # collated
