"""What --device takes. Needs no PyTorch."""

from __future__ import annotations

from enum import StrEnum


class DeviceName(StrEnum):
    """The processors that a network can be trained on; `auto` is the first of cuda, mps and cpu that is there."""

    AUTO = "auto"
    CUDA = "cuda"
    MPS = "mps"
    CPU = "cpu"
