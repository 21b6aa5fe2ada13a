"""The batches of a GPU are those of a processor: the same rows, labels and pictures. A processor plays the GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from model.data.prepare import Crops
from model.recipes.recipe import Augmentation, Frozen, Recipe, Stage

if TYPE_CHECKING:
    from model.data.resident import ResidentPictures

pytestmark = pytest.mark.training

_COUNT = 10
_RECIPE = Recipe(
    name="tiny",
    stages=(Stage(side=64, epochs=3),),
    batch=4,
    augmentation=Augmentation(degrade=0, color=0.2),
)


def _crops(count: int = _COUNT) -> Crops:
    random = np.random.default_rng(5)
    smooth = random.integers(60, 200, (count, 1, 1, 3)) * np.ones((1, 184, 184, 1))
    labels = (random.random((count, 40)) < 0.5).astype(np.float32)
    labels[0, 0] = np.nan
    return Crops(
        [smooth[:6].astype(np.uint8), smooth[6:].astype(np.uint8)],
        labels,
        np.arange(count),
        tuple("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"),
    )


def _resident(recipe: Recipe, share: tuple[int, int] = (0, 1)) -> ResidentPictures:
    import torch

    from model.data.resident import resident

    return resident(recipe, (_crops(), _crops()), torch.device("cpu"), share)


def test_the_batches_of_an_epoch_are_those_of_a_processor() -> None:
    """Two of four pictures each; the last two of ten make no whole batch."""
    from model.data.batches import load_pictures

    expected = list(load_pictures(_RECIPE, _crops(), _crops()).training(1))
    made = list(_resident(_RECIPE).training(1))
    assert len(made) == len(expected) == 2
    for (pictures, labels), (other, others) in zip(made, expected, strict=True):
        assert np.array_equal(labels.numpy(), others.numpy(), equal_nan=True)
        assert float((pictures - other).abs().mean()) < 0.02


def test_two_devices_share_each_batch() -> None:
    """Together they have the pictures that one alone would have."""
    whole = list(_resident(_RECIPE).training(0))
    halves = [list(_resident(_RECIPE, (part, 2)).training(0)) for part in (0, 1)]
    for (_, labels), (_, first), (_, second) in zip(whole, *halves, strict=True):
        assert first.shape == second.shape == (2, 40)
        joined = np.concatenate([first.numpy(), second.numpy()])
        assert np.array_equal(joined, labels.numpy(), equal_nan=True)


def test_behind_frozen_blocks_the_epochs_take_turns_with_the_views() -> None:
    """The first view is plain, and comes again after the second."""
    recipe = _RECIPE.model_copy(update={"frozen": Frozen(blocks=1, views=2)})
    source = _resident(recipe)
    first, second, third = (
        np.concatenate([pictures.numpy().mean((2, 3)) for pictures, _ in source.training(epoch)])
        for epoch in range(3)
    )
    known = np.unique(np.concatenate([s[:, 0, 0, ::-1] for s in _crops().shards]), axis=0)
    plain = {tuple(color) for color in np.round((first + 1) * 127.5).astype(int).tolist()}
    assert plain <= {tuple(color) for color in known.tolist()}
    assert {tuple(c) for c in np.round((third + 1) * 127.5).astype(int).tolist()} <= {
        tuple(color) for color in known.tolist()
    }
    assert not np.allclose(np.sort(first, axis=0), np.sort(second, axis=0), atol=0.01)


def test_crops_of_two_sizes_are_refused() -> None:
    """The error says both sizes, and what to do."""
    import torch

    from model.data.resident import ResidentCrops
    from model.errors import DataError

    crops = _crops()
    mixed = Crops(
        [crops.shards[0], np.zeros((4, 160, 160, 3), np.uint8)],
        crops.labels,
        crops.identities,
        crops.attributes,
    )
    with pytest.raises(DataError, match="crops of 184 and of 160 pixels"):
        ResidentCrops(mixed, torch.device("cpu"))
