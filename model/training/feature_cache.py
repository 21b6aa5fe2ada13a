"""Training behind frozen blocks: their features are computed once, kept on disk, and read in every epoch.

The first blocks of a backbone that has seen millions of faces need no change, and they are most of the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from model.data.batches import (
    ONE_WORKER,
    Batches,
    Pictures,
    draws_of,
    plain_batches,
    training_rows,
    views,
)
from model.data.prepare import Crops
from model.data.resident import ResidentPictures
from model.recipes.recipe import Frozen, Recipe
from model.training.devices import half_precision

Features: TypeAlias = NDArray[np.float16]
_BATCH = 64


class FeatureCache:
    """The batches of a run behind frozen blocks.

    Args:
        recipe: says which pictures of a person an epoch shows.
        data: the crops to learn from, and those to choose by.
        views: of the crops to learn from, (N, H, W, C) float16 each: the features of one picture per crop.
        val: (M, H, W, C) float16, the features of the crops to choose by.
    """

    def __init__(
        self,
        recipe: Recipe,
        data: tuple[Crops, Crops],
        views: Sequence[Features],
        val: Features,
    ) -> None:
        self._recipe = recipe
        self._train, self._val = data
        self._views, self._val_features = views, val

    def training(self, epoch: int) -> Batches:
        """Return an epoch's shuffled batches of one view: (B, C, H, W) float32 and (B, labels) float32."""
        batches: Batches = DataLoader(
            _Rows(self._views[epoch % len(self._views)], self._train.labels),  # type: ignore[arg-type]
            batch_size=self._recipe.batch,
            sampler=training_rows(self._train.identities, self._recipe, epoch),
            drop_last=True,  # batch normalisation needs more than one picture
        )
        return batches

    def validation(self, epoch: int) -> Batches:
        """Return the features of the plain validation crops, in order; they are the same in every epoch."""
        del epoch
        rows = _Rows(self._val_features, self._val.labels)
        batches: Batches = DataLoader(rows, batch_size=_BATCH)  # type: ignore[arg-type]
        return batches


class BehindBlocks:
    """The batches of a run whose frozen blocks are computed in every epoch.

    A GPU is faster than the disk from which their features would come; and where every epoch has a view of its own,
    each of them would be read once.

    Args:
        pictures: gives the batches of pictures.
        blocks: the frozen ones.
    """

    def __init__(self, pictures: ResidentPictures | Pictures, blocks: nn.Module) -> None:
        self._pictures, self._blocks = pictures, blocks

    def training(self, epoch: int) -> Batches:
        """Return an epoch's batches, as the blocks see them."""
        return _Seen(self._pictures.training(epoch), self._blocks)

    def validation(self, epoch: int) -> Batches:
        """Return the plain validation crops, as the blocks see them."""
        return _Seen(self._pictures.validation(epoch), self._blocks)


class _Seen:
    def __init__(self, batches: Batches, blocks: nn.Module) -> None:
        self._batches, self._blocks = batches, blocks

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        self._blocks.eval()
        for images, labels in self._batches:
            with torch.no_grad(), half_precision(images.device):
                features = self._blocks(images.contiguous(memory_format=torch.channels_last))
            yield features.float(), labels


def fill_cache(
    network: nn.Module, recipe: Recipe, frozen: Frozen, data: tuple[Crops, Crops], folder: Path
) -> FeatureCache:
    """Compute the features of the frozen blocks; files that are there already are kept.

    Args:
        network: its first blocks are those that stay as they are.
        recipe: says how the pictures are made.
        frozen: the recipe's: how many blocks and views.
        data: the crops to learn from, and those to choose by.
        folder: keeps the features, about 50 kB per picture and view; a killed run goes on from what is there.
    """
    train, val = data
    folder.mkdir(parents=True, exist_ok=True)
    blocks = network.features[: frozen.blocks].eval()  # type: ignore[index]  # a Sequential
    side = recipe.sides[0]
    crops = train.load()
    seen = []
    for view in range(min(frozen.views, len(recipe.sides))):
        batches: Batches = DataLoader(
            views(crops, train.labels, draws_of(recipe, view, len(train))),  # type: ignore[arg-type]
            batch_size=_BATCH,
            **ONE_WORKER,
        )
        seen.append(_features(blocks, batches, len(train), folder / f"train-{view}.npy"))
    batches = plain_batches(val.load(), val.labels, side, recipe.zoom, _BATCH)
    return FeatureCache(
        recipe, data, seen, _features(blocks, batches, len(val), folder / "val.npy")
    )


class _Rows(Dataset[tuple[Tensor, NDArray[np.float32]]]):
    def __init__(self, features: Features, labels: NDArray[np.float32]) -> None:
        self._features, self._labels = features, labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, row: int) -> tuple[Tensor, NDArray[np.float32]]:
        features = torch.from_numpy(self._features[row].astype(np.float32)).permute(2, 0, 1)
        return features, self._labels[row]


@torch.inference_mode()
def _features(blocks: nn.Module, batches: Batches, count: int, path: Path) -> Features:
    """Return the blocks' features, (count, H, W, C) float16; from the file if it is there."""
    if not path.exists():
        unfinished = path.with_suffix(".part")
        features, row = None, 0
        for images, _ in tqdm(batches, desc=path.stem, unit="batch"):
            with torch.autocast("cpu", torch.bfloat16):
                batch = blocks(images.contiguous(memory_format=torch.channels_last))
            values = batch.permute(0, 2, 3, 1).to(torch.float16).numpy()
            if features is None:
                shape = (count, *values.shape[1:])
                features = np.lib.format.open_memmap(unfinished, "w+", np.float16, shape)
            features[row : row + len(values)] = values
            row += len(values)
        del features
        unfinished.rename(path)
    return np.asarray(np.load(path, mmap_mode="r"))
