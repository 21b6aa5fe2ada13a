"""What rivals that exist nowhere have answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.rivals.environments import Own
from benchmarks.rivals.measure import Round
from benchmarks.rivals.pictures import Picture
from benchmarks.rivals.process import Answer, Memory, SeenFace
from benchmarks.rivals.rivals import Rival
from device.observation import Box

FACET = Rival("ours", "Ours", Own(), "facet", words=("Male",), detector="ours", is_facet=True)
ORIGINAL = Rival("first", "First", Own(), "first", detector="first", is_original=True)
OTHER = Rival("other", "Other", Own(), "other", words=("Male",), detector="other")
SILENT = Rival("silent", "Silent", Own(), "silent", detector="silent", gives_attributes=False)

FACE = Box(0, 0, 10, 10)
SMALL_FACE = Box(50, 50, 5, 5)


def picture(name: str, faces: int | None, **labels: bool) -> Picture:
    """A picture that nobody opens."""
    return Picture(Path(name), Path(name), 64, 48, faces, labels)


def answer(milliseconds: float, *faces: SeenFace, cpu: float | None = None) -> Answer:
    """What takes as much of the processor, unless that is given."""
    return Answer(milliseconds, milliseconds if cpu is None else cpu, faces)


def one_round(answers: Sequence[Answer], peak_mb: float = 100, start: float = 1) -> Round:
    """A round of a rival."""
    return Round(start, Memory(peak_mb, peak_mb / 2), tuple(answers))
