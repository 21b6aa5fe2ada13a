"""Whether a live camera's pictures change, and show anything: a dead camera may go on giving pictures."""

from __future__ import annotations

import zlib

from device.observation import Image

FROZEN_AFTER = 5
"""Pictures in a row that are the same to the last bit, which a sensor's noise never allows."""

BLACK_AFTER = 3
"""Pictures in a row."""

# Video black is 16; the noise of a covered sensor stays below it, and a dark room exceeds it.
_BLACK = 16
# Every eighth row and column is enough to find light.
_STEP = 8


class FrameHealth:
    """Judges picture after picture of one camera. It keeps a checksum of the last one, never a picture."""

    def __init__(self) -> None:
        self._checksum: int | None = None
        self._same = 0
        self._black = 0

    @property
    def is_frozen(self) -> bool:
        """Whether the last pictures were all the same."""
        return self._same >= FROZEN_AFTER

    @property
    def is_black(self) -> bool:
        """Whether the last pictures showed nothing at all."""
        return self._black >= BLACK_AFTER

    def update(self, image: Image) -> None:
        """Take the next picture into account, (H, W, 3) uint8 BGR, contiguous."""
        is_black = int(image[::_STEP, ::_STEP].max()) <= _BLACK
        self._black = self._black + 1 if is_black else 0
        checksum = zlib.crc32(image.data)
        # Black pictures are all the same as well, but that is reported as darkness.
        is_same = checksum == self._checksum and not is_black
        self._same = self._same + 1 if is_same else 1
        self._checksum = checksum
