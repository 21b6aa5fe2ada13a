"""Draws in the units of a layout, whatever the resolution is."""

from __future__ import annotations

from PIL import Image as Canvas
from PIL import ImageDraw, ImageFont

from device.cli.annotate.layout import Area

BACKGROUND, TEXT, FAINT = "#15191e", "#f2f4f6", "#98a2ad"
_TAG_PADDING = 6
_ROUND = 5


class Pen:
    """A canvas to draw on.

    Args:
        width: in units.
        height: in units.
        resolution: pixels of a unit.
    """

    def __init__(self, width: float, height: float, resolution: float) -> None:
        self._scale = resolution
        self.canvas = Canvas.new(
            "RGB", (round(width * resolution), round(height * resolution)), BACKGROUND
        )
        self._draw = ImageDraw.Draw(self.canvas)

    def paste(self, picture: Canvas.Image, area: Area) -> None:
        """Put a picture, in its own pixels, at the corner of an area."""
        self.canvas.paste(picture, (round(area.left * self._scale), round(area.top * self._scale)))

    def box(self, area: Area, color: str, width: float) -> None:
        """Draw the outline of an area."""
        line = max(1, round(width * self._scale))
        self._draw.rounded_rectangle(self._pixels(area), 2 * line, None, color, line)

    def fill(self, area: Area, color: str) -> None:
        """Fill an area."""
        self._draw.rounded_rectangle(self._pixels(area), _ROUND * self._scale, color)

    def dot(self, x: float, y: float, color: str) -> None:
        """Draw a small filled circle."""
        self._draw.ellipse(self._pixels(Area(x - 2, y - 2, 4, 4)), color)

    def tag_size(self, label: str, size: int) -> tuple[float, float]:
        """Return width and height of a label on a ground of its own."""
        return self._length(label, size) + 2 * _TAG_PADDING, size + _TAG_PADDING

    def tag(self, area: Area, label: str, size: int, color: str, ground: str) -> None:
        """Write a label on a ground of its own."""
        self.fill(area, ground)
        middle = area.left + area.width / 2, area.top + area.height / 2
        self._write(middle, label, size, color, "mm")

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        color: str,
        longest: float | None = None,
        *,
        is_right: bool = False,
    ) -> None:
        """Write a line.

        Args:
            at: the middle of its left end, or of its right one.
            text: is shortened if it is longer than longest.
            size: of the font.
            color: of the letters.
            longest: the room that there is; None for any.
            is_right: whether the line ends there.
        """
        if longest is not None and self._length(text, size) > longest:
            while text and self._length(f"{text}…", size) > longest:
                text = text[:-1]
            text = f"{text}…"
        self._write(at, text, size, color, "rm" if is_right else "lm")

    def _write(
        self, at: tuple[float, float], text: str, size: int, color: str, anchor: str
    ) -> None:
        self._draw.text(
            (at[0] * self._scale, at[1] * self._scale), text, color, self._font(size), anchor
        )

    def _length(self, text: str, size: int) -> float:
        return self._draw.textlength(text, self._font(size)) / self._scale

    def _font(self, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        pixels = round(size * self._scale)
        try:
            return ImageFont.load_default(pixels)
        except TypeError:
            # Pillow before 10.1, which 32-bit ARM has from Debian; there OpenCV installs this font.
            return ImageFont.truetype("DejaVuSans.ttf", pixels)

    def _pixels(self, area: Area) -> tuple[float, float, float, float]:
        return (
            area.left * self._scale,
            area.top * self._scale,
            (area.left + area.width) * self._scale,
            (area.top + area.height) * self._scale,
        )
