"""How much memory each stage of perception holds at a time, beyond what the networks have."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

from device.observation import Frame
from device.perception import Perception
from device.perception.pipeline import StageClock


class _StageMemory(StageClock):
    """Notes the peak of each stage; it knows Python's and NumPy's memory, to which OpenCV's results belong."""

    def __init__(self) -> None:
        super().__init__()
        self.kilobytes: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done within."""
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        with super().stage(name):
            yield
        _, peak = tracemalloc.get_traced_memory()
        self.kilobytes[name] = max(self.kilobytes.get(name, 0.0), (peak - before) / 1e3)


def allocated_kilobytes(perception: Perception, frame: Frame) -> dict[str, float]:
    """Return the peak of each stage for one frame, in thousands of bytes; it takes longer than without."""
    memory = _StageMemory()
    perception.pipeline.stage_clock = lambda: memory
    tracemalloc.start()
    try:
        perception.perceive([frame])
    finally:
        tracemalloc.stop()
        perception.pipeline.stage_clock = StageClock
    return memory.kilobytes
