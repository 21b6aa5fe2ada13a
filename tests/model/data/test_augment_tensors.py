"""A GPU makes the same pictures of the same draws as a processor; PyTorch's arithmetic is the same on both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.data.augment import augment, canonical
from model.data.draws import Draws, draw, plain
from model.recipes.recipe import Augmentation

pytestmark = pytest.mark.training

_COUNT = 6
_STRONG = Augmentation(degrade=1, erase=0.5)


def _crops() -> NDArray[np.uint8]:
    portrait = skimage.data.astronaut()[..., ::-1]
    return np.stack([portrait[i * 8 : i * 8 + 184, 150:334] for i in range(_COUNT)])


def _both(draws: Draws) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pictures of both ways, (N, side, side, 3) BGR."""
    import torch

    from model.data.augment_tensors import augment_tensors

    crops = _crops()
    expected = np.stack([augment(crop, draws, row) for row, crop in enumerate(crops)])
    made = augment_tensors(torch.from_numpy(crops), draws, torch.Generator().manual_seed(1))
    return expected.astype(np.float64), made.permute(0, 2, 3, 1).flip(3).double().numpy()


@given(seed=st.integers(0, 2**32 - 1), side=st.sampled_from([96, 112, 128]))
@settings(max_examples=25, deadline=None)
def test_pictures_differ_by_the_rounding_between_the_steps(seed: int, side: int) -> None:
    """Without noise, whose numbers differ: at most two gray levels on average, and one without JPEG."""
    draws = draw(_STRONG, _COUNT, side, np.random.default_rng(seed))
    quiet = replace(draws, noise=np.zeros(_COUNT))
    expected, made = _both(quiet)
    assert np.abs(expected - made).mean(axis=(1, 2, 3)).max() < 2
    expected, made = _both(replace(quiet, quality=np.zeros(_COUNT, np.int64)))
    assert np.abs(expected - made).mean(axis=(1, 2, 3)).max() < 1


def test_noise_is_as_strong() -> None:
    """Its standard deviation is that of the draws; its numbers are others."""
    still = plain(_COUNT, 128)
    strength = 12.0
    expected, made = _both(replace(still, noise=np.full(_COUNT, strength)))
    plain_expected, plain_made = _both(still)
    inside = (plain_expected > 3 * strength) & (plain_expected < 255 - 3 * strength)
    for noisy, clean in ((expected, plain_expected), (made, plain_made)):
        assert (noisy - clean)[inside].std() == pytest.approx(strength, rel=0.05)


def test_plain_pictures_are_the_canonical_crops() -> None:
    """Validation sees the same on a GPU."""
    import torch

    from model.data.augment_tensors import warp_tensors

    crops = _crops()
    expected = np.stack([canonical(crop, 112, 1.4) for crop in crops]).astype(np.float64)
    made = warp_tensors(torch.from_numpy(crops), plain(_COUNT, 112, 1.4))
    assert np.abs(made.permute(0, 2, 3, 1).flip(3).numpy() - expected).mean() < 0.5
