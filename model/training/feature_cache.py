"""Training behind frozen blocks: what they answer is computed once, kept on disk, and read in every epoch.

Of a backbone that has seen millions of faces the first blocks need no change, and they are most of the work.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from model.data.batches import Batches, Views, augmented, plain_batches, training_rows
from model.data.prepare import Crops
from model.recipes.recipe import Frozen, Recipe

_BATCH = 64


class Maps:
    """The batches of a run behind frozen blocks.

    Args:
        network: its first blocks are those that stay as they are.
        recipe: says how many, and how the pictures are made.
        frozen: the recipe's.
        data: the crops to learn from, and those to choose by.
        folder: keeps the maps, about 50 kB a picture and view; a killed run goes on from what is there.
    """

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        frozen: Frozen,
        data: tuple[Crops, Crops],
        folder: Path,
    ) -> None:
        self._recipe = recipe
        self._train, self._val = data
        folder.mkdir(parents=True, exist_ok=True)
        blocks = network.features[: frozen.blocks].eval()  # type: ignore[index]  # a Sequential
        side = recipe.sides[0]
        crops = self._train.load()
        plain = plain_batches(crops, self._train.labels, side, recipe.zoom, _BATCH)
        self._views = [_maps(blocks, plain, len(self._train), folder / "train-0.npy")]
        for view in range(1, frozen.views):
            pictures = Views(crops, self._train.labels, augmented(recipe, side, view))
            batches: Batches = DataLoader(pictures, batch_size=_BATCH, num_workers=1)  # type: ignore[arg-type]
            path = folder / f"train-{view}.npy"
            self._views.append(_maps(blocks, batches, len(self._train), path))
        batches = plain_batches(self._val.load(), self._val.labels, side, recipe.zoom, _BATCH)
        self._val_maps = _maps(blocks, batches, len(self._val), folder / "val.npy")

    def training(self, epoch: int) -> Batches:
        """Return an epoch's shuffled batches of one view: (B, C, H, W) float32 and (B, labels) float32."""
        return DataLoader(
            _Rows(self._views[epoch % len(self._views)], self._train.labels),  # type: ignore[arg-type]
            batch_size=self._recipe.batch,
            sampler=training_rows(self._train.identities, self._recipe, epoch),
            drop_last=True,  # batch normalisation needs more than one picture
        )

    def validation(self, epoch: int) -> Batches:
        """Return the plain maps of the validation split, in order; they are the same in every epoch."""
        del epoch
        return DataLoader(_Rows(self._val_maps, self._val.labels), batch_size=_BATCH)  # type: ignore[arg-type]


class _Rows(Dataset[tuple[Tensor, NDArray[np.float32]]]):
    def __init__(self, maps: NDArray[np.float16], labels: NDArray[np.float32]) -> None:
        self._maps, self._labels = maps, labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, row: int) -> tuple[Tensor, NDArray[np.float32]]:
        return torch.from_numpy(self._maps[row].astype(np.float32)).permute(2, 0, 1), self._labels[
            row
        ]


@torch.inference_mode()
def _maps(blocks: nn.Module, batches: Batches, count: int, path: Path) -> NDArray[np.float16]:
    """Return the blocks' answers, (count, H, W, C) float16, of the file if it is whole."""
    if not path.exists():
        unfinished = path.with_suffix(".part")
        maps, row = None, 0
        for images, _ in tqdm(batches, desc=path.stem, unit="batch"):
            with torch.autocast("cpu", torch.bfloat16):
                answer = blocks(images.contiguous(memory_format=torch.channels_last))
            values = answer.permute(0, 2, 3, 1).to(torch.float16).numpy()
            if maps is None:
                shape = (count, *values.shape[1:])
                maps = np.lib.format.open_memmap(unfinished, "w+", np.float16, shape)
            maps[row : row + len(values)] = values
            row += len(values)
        del maps
        unfinished.rename(path)
    return np.asarray(np.load(path, mmap_mode="r"))
