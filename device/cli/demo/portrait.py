"""A photograph to try the node with: Eileen Collins, by NASA, in the public domain.

`portrait.jpg` is the upper part of scikit-image's `data.astronaut()`, which has it from NASA's Great Images
(https://flic.kr/p/r9qvLn), enlarged to a webcam's 640x480 pixels. What a node offers of it is true: brown hair with
bangs, a smile, the mouth open; no glasses, hat or beard.
"""

from __future__ import annotations

from pathlib import Path

_PORTRAIT = Path(__file__).with_name("portrait.jpg")


def write_portrait(folder: Path) -> Path:
    """Write the portrait, one smiling face in 640x480 pixels, into a folder, and return its path."""
    path = folder / _PORTRAIT.name
    path.write_bytes(_PORTRAIT.read_bytes())
    return path
