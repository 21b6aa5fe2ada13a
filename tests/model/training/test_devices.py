"""What a network is trained on."""

from __future__ import annotations

import pytest

from model.errors import TrainingError
from model.training.device_name import DeviceName

pytestmark = pytest.mark.training


def test_a_device_that_is_not_there_is_refused() -> None:
    """The error says what there is."""
    import torch

    from model.training.devices import choose_device

    if torch.backends.mps.is_available():
        return
    with pytest.raises(TrainingError, match=r"--device mps: PyTorch .* there is .*cpu"):
        choose_device(DeviceName.MPS)


def test_auto_takes_a_graphics_card_if_there_is_one() -> None:
    """And a processor otherwise."""
    import torch

    from model.training.devices import choose_device

    has_card = torch.cuda.is_available() or torch.backends.mps.is_available()
    assert (choose_device(DeviceName.AUTO).type != "cpu") == has_card
    assert choose_device(DeviceName.CPU).type == "cpu"


def test_a_label_that_cannot_be_seen_counts_neither_in_loss_nor_in_accuracy() -> None:
    """Whatever the network says about it."""
    import torch

    from model.training.steps import label_loss, validate

    logits = torch.tensor([[2.0, -1.0], [-3.0, 50.0]])
    labels = torch.tensor([[1.0, 0.0], [0.0, float("nan")]])
    seen = label_loss(logits[:, :1], labels[:, :1]) * 2 + label_loss(logits[:1, 1:], labels[:1, 1:])
    assert float(label_loss(logits, labels)) == pytest.approx(float(seen) / 3)

    known = torch.nn.Identity()
    known.forward = lambda inputs, _start: inputs
    score = validate(known, [(logits, labels)])
    assert score.accuracy == 1
    assert score.loss == pytest.approx(float(seen) / 3)
