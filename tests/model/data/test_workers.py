"""The process that makes the batches ends with the one that trains."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.training

# The parent is killed in the moment in which the worker has begun and knows nothing of it yet.
_PROGRAM = """
import os, signal, time
from torch.utils.data import DataLoader
from model.data.batches import ONE_WORKER

os.register_at_fork(
    after_in_parent=lambda: os.kill(os.getpid(), signal.SIGKILL),
    after_in_child=lambda: time.sleep(1),
)
list(DataLoader(range(3), **ONE_WORKER))
"""


def test_a_worker_whose_parent_was_killed_before_it_began_ends() -> None:
    """The pipe that both have closes when both have ended."""
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE) as process:
        try:
            process.communicate(timeout=100)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
