"""What all rivals written in Python share: one line in names a picture, one line out says what is on it.

Imported in environments that have numpy and little else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(H, W, 3) uint8; the order of its colours is what the rival asked for."""

_HEAD_LINES = 3  # of a PPM: its kind, width and height, the largest value


@dataclass(frozen=True, slots=True)
class Seen:
    """One face.

    Attributes:
        box: x and y of the upper left corner, width, height, in pixels.
        says: what the rival says of the face, by CelebA's names; only what it has a word for.
    """

    box: tuple[float, float, float, float]
    says: dict[str, bool] = field(default_factory=dict)


def serve(look: Callable[[Picture], Sequence[Seen]], *, is_bgr: bool) -> None:
    """Answer until standard input ends.

    Args:
        look: what is measured.
        is_bgr: whether it takes pictures in OpenCV's order of colours, as a camera gives them, and not in RGB.
    """
    # Libraries print as they like; the answers have a channel of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _answer(answers.write, {"ready": True})
    answers.flush()
    for line in sys.stdin:
        picture = read_ppm(Path(line.rstrip("\n")).read_bytes())
        if is_bgr:
            picture = np.ascontiguousarray(picture[..., ::-1])
        cpu, wall = process_time(), perf_counter()
        faces = look(picture)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        _answer(
            answers.write,
            {
                "milliseconds": wall * 1000,
                "cpu_milliseconds": cpu * 1000,
                "faces": [asdict(face) for face in faces],
            },
        )
        answers.flush()


def read_ppm(content: bytes) -> Picture:
    """Return the picture in a binary PPM as OpenCV writes it, RGB."""
    head = content.split(b"\n", _HEAD_LINES)
    width, height = map(int, head[1].split())
    return np.frombuffer(head[-1], np.uint8).reshape(height, width, 3)


def _answer(write: Callable[[str], int], document: object) -> None:
    write(json.dumps(document) + "\n")
