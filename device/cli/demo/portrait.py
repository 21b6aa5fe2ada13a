"""A photograph to try the node with: Eileen Collins, by NASA, in the public domain."""

from __future__ import annotations

from pathlib import Path

import cv2

from device.errors import DemoError

_WIDTH, _HEIGHT = 640, 480


def write_portrait(folder: Path) -> Path:
    """Write the portrait, one smiling face in a webcam's 640x480 pixels, into a folder, and return its path.

    Raises:
        DemoError: scikit-image, whose package holds it, is not installed.
    """
    try:
        from skimage.data import astronaut
    except ImportError as error:
        message = (
            "the demo's photograph comes with scikit-image, which is not installed. Install it "
            "(pip install 'facet-node[demo]'), or name your camera or picture: --camera"
        )
        raise DemoError(message) from error
    path = folder / "portrait.png"
    picture = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2BGR)
    top = picture[: picture.shape[1] * _HEIGHT // _WIDTH]
    small = cv2.resize(top, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    # Not imwrite, which crashes where the path of the folder is not UTF-8.
    path.write_bytes(cv2.imencode(".png", small)[1].tobytes())
    return path
