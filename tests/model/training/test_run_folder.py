"""The log of a run has one row per epoch, whenever it was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.training.run_folder import LOG, cut_log

_HEADER = b"epoch,side,train_loss,val_loss,val_accuracy\r\n"
_ROWS = [b"1,64,0.7,0.6,0.5\r\n", b"2,64,0.6,0.5,0.6\r\n", b"3,64,0.5,0.4,0.7\r\n"]


@pytest.mark.parametrize("epochs", [0, 1, 2, 3, 4])
def test_rows_without_a_checkpoint_are_removed(tmp_path: Path, epochs: int) -> None:
    """What a checkpoint has is kept byte for byte."""
    path = tmp_path / LOG
    path.write_bytes(b"".join([_HEADER, *_ROWS]))
    cut_log(path, epochs)
    assert path.read_bytes() == b"".join([_HEADER, *_ROWS[:epochs]])


def test_a_run_without_a_log_has_nothing_to_remove(tmp_path: Path) -> None:
    """A run that never finished an epoch has no log, and gets none."""
    cut_log(tmp_path / LOG, 0)
    assert not (tmp_path / LOG).exists()
