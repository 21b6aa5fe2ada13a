"""Several trained networks as one network, as it is exported."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from model.training.members import Member


class Ensemble(nn.Module):
    """Several networks, each with its own view of one crop, as one network.

    The crop lies as a camera's pixels lie in memory: (1, S, S, 3), RGB in -1..1. It is as large as the most demanding
    member needs it.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(member.network for member in members)
        widest = min(member.recipe.zoom for member in members)
        self.margin = 1 / widest
        zooms = [member.recipe.zoom / widest for member in members]
        self._inputs = [member.side for member in members]
        self.side = max(round(side * z) for side, z in zip(self._inputs, zooms, strict=True))
        self._cuts = [round(self.side / zoom) for zoom in zooms]

    def forward(self, x: Tensor) -> Tensor:
        """Map x to the members' logits (1, members, attributes)."""
        x = x.permute(0, 3, 1, 2)
        logits = [
            network(_view(x, cut, side))
            for network, cut, side in zip(self.networks, self._cuts, self._inputs, strict=True)
        ]
        return torch.stack(logits, dim=1)


def _view(x: Tensor, cut: int, side: int) -> Tensor:
    """Cut the middle out of x and bring it to a side."""
    edge = (x.shape[-1] - cut) // 2
    middle = x[..., edge : edge + cut, edge : edge + cut]
    if cut == side:
        return middle
    return interpolate(middle, (side, side), mode="bilinear", align_corners=False)
