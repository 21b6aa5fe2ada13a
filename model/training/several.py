"""Several processes that train one network, as torchrun starts them: one per GPU, or several on the CPU for a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the processes this one is.

    Attributes:
        rank: from 0 on; the first one validates, logs and saves.
        count: of the processes.
        local: which GPU of its machine is its own.
    """

    rank: int = 0
    count: int = 1
    local: int = 0

    @property
    def is_first(self) -> bool:
        """Whether it validates, logs and saves."""
        return self.rank == 0

    @property
    def share(self) -> tuple[int, int]:
        """Which of how many shares of a batch is its own."""
        return self.rank, self.count

    def wrap(self, network: nn.Module) -> nn.Module:
        """Let the gradients of a network be the mean of those of all processes."""
        return DistributedDataParallel(network) if self.count > 1 else network

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.count > 1:
            distributed.barrier()


@contextmanager
def joined() -> Iterator[Place]:
    """Join the processes that torchrun started with this one; alone without it."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Place()
        return
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Place(distributed.get_rank(), count, int(os.environ["LOCAL_RANK"]))
    finally:
        distributed.destroy_process_group()
