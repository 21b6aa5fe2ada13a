"""The processors that a network can be trained on."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch

from model.errors import TrainingError
from model.training.device_name import DeviceName


def choose_device(name: DeviceName, index: int = 0) -> torch.device:
    """Return the device of a name.

    Args:
        name: as given.
        index: which of several GPUs.

    Raises:
        TrainingError: this machine or this PyTorch does not have it.
    """
    is_there = {
        DeviceName.CUDA: torch.cuda.is_available(),
        DeviceName.MPS: torch.backends.mps.is_available(),
        DeviceName.CPU: True,
    }
    if name is DeviceName.AUTO:
        name = next(found for found in is_there if is_there[found])
    if not is_there[name]:
        there = ", ".join(found for found in is_there if is_there[found])
        message = (
            f"--device {name}: PyTorch {torch.__version__} finds none; there is {there}. "
            "A PyTorch that was installed for processors alone has no cuda"
        )
        raise TrainingError(message)
    return torch.device(name, index) if name is DeviceName.CUDA else torch.device(name)


def half_precision(device: torch.device) -> AbstractContextManager[None]:
    """Let matrix products and convolutions be computed in bfloat16, as long as the context lasts."""
    half: AbstractContextManager[None] = torch.autocast(device.type, torch.bfloat16)
    return half
