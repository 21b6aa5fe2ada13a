"""What chance decides about the pictures of an epoch: drawn once, so that every device makes the same ones of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from model.recipes.recipe import Augmentation

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Draws:
    """How each of N pictures strays from its crop, in the order in which it happens.

    Attributes:
        side: pixels of the pictures.
        angle: (N,) degrees, counter-clockwise.
        scale: (N,) as a factor of the canonical crop.
        shift: (N, 2) to the right and down, as a part of the side.
        is_mirrored: (N,) bool.
        saturation: (N,) as a factor, like the next three.
        contrast: (N,)
        brightness: (N,)
        tint: (N, 3) of blue, green and red.
        shrunk: (N,) pixels of the side to which it is shrunk before it is enlarged again; the side leaves it as it is.
        blur: (N,) pixels, sigma of a Gaussian; 0 leaves it as it is, like the next two.
        noise: (N,) standard deviation in gray levels.
        quality: (N,) of JPEG.
        border: (N, 4) pixels that are grey, from the left, top, right and bottom.
        hole: (N, 4) top, left, height and width of a rectangle of one color, in pixels.
        hole_color: (N, 3) BGR, 0..255.
        seed: (N,) of the noise.
    """

    side: int
    angle: FloatArray
    scale: FloatArray
    shift: FloatArray
    is_mirrored: NDArray[np.bool_]
    saturation: FloatArray
    contrast: FloatArray
    brightness: FloatArray
    tint: FloatArray
    shrunk: IntArray
    blur: FloatArray
    noise: FloatArray
    quality: IntArray
    border: IntArray
    hole: IntArray
    hole_color: IntArray
    seed: IntArray

    def row(self, row: int) -> Draws:
        """Return the draws of one picture."""
        return self.rows([row])

    def rows(self, rows: Sequence[int] | IntArray) -> Draws:
        """Return the draws of some of the pictures."""
        arrays = [field.name for field in fields(self) if field.name != "side"]
        return replace(self, **{name: getattr(self, name)[rows] for name in arrays})


def draw(
    how: Augmentation, count: int, side: int, random: np.random.Generator, zoom: float = 1.0
) -> Draws:
    """Draw how `count` pictures of a side stray from their crops; see Recipe.zoom.

    The same settings and generator state give the same draws.
    """

    def around(center: float, spread: float, *shape: int) -> FloatArray:
        return center + random.uniform(-spread, spread, (count, *shape))

    def sometimes(probability: float, values: NDArray[np.generic], otherwise: float) -> FloatArray:
        happens = random.random(count) < probability
        return np.where(happens.reshape(-1, *[1] * (values.ndim - 1)), values, otherwise)

    hole = (random.uniform(0.1, 0.35, (count, 2)) * side).astype(np.int64)
    places = (random.random((count, 2)) * (side - hole)).astype(np.int64)
    return Draws(
        side=side,
        angle=around(0, how.rotation),
        scale=zoom * around(1, how.scale),
        shift=around(0, how.shift, 2),
        is_mirrored=random.random(count) < 0.5,  # noqa: PLR2004 - one of two
        saturation=around(1, how.color),
        contrast=around(1, how.color),
        brightness=around(1, how.color),
        tint=around(1, how.color / 4, 3),
        shrunk=_whole(sometimes(how.degrade, side * random.uniform(0.25, 0.9, count), side)),
        blur=sometimes(how.degrade / 2, random.uniform(0.3, 1.8, count), 0),
        noise=sometimes(how.degrade / 2, random.uniform(2, 16, count), 0),
        quality=_whole(sometimes(how.degrade / 2, random.integers(20, 90, count), 0)),
        border=_whole(sometimes(how.erase, random.uniform(0, 0.14, (count, 4)) * side, 0)),
        hole=_whole(sometimes(how.erase, np.hstack([places, hole]), 0)),
        hole_color=random.integers(0, 256, (count, 3)),
        seed=random.integers(0, 2**32, count),
    )


def plain(count: int, side: int, zoom: float = 1.0) -> Draws:
    """Return the draws of pictures that do not stray: the canonical crop, or its middle."""
    still = Augmentation(rotation=0, scale=0, shift=0, color=0, degrade=0, erase=0)
    drawn = draw(still, count, side, np.random.default_rng(0), zoom)
    return replace(drawn, is_mirrored=np.zeros(count, bool))


def matrices(draws: Draws, crop_side: int, margin: float) -> FloatArray:
    """Return where the pixels of crops go in the pictures, (N, 2, 3): x and y of the one to x and y of the other.

    Args:
        draws: of the pictures.
        crop_side: pixels of the crops.
        margin: how much more than the canonical crop a crop shows, as a factor of its side.
    """
    factor = draws.scale * draws.side * margin / crop_side
    radians = np.deg2rad(draws.angle)
    cosine, sine = factor * np.cos(radians), factor * np.sin(radians)
    found = np.empty((len(factor), 2, 3))
    found[:, 0, 0], found[:, 0, 1] = cosine, sine
    found[:, 1, 0], found[:, 1, 1] = -sine, cosine
    center = np.full(2, crop_side / 2)
    found[:, :, 2] = draws.side / 2 + draws.shift * draws.side - found[:, :, :2] @ center
    found[draws.is_mirrored, 0] *= -1
    found[draws.is_mirrored, 0, 2] += draws.side
    return found


def _whole(values: FloatArray) -> IntArray:
    return values.astype(np.int64)
