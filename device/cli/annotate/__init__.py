"""A picture that shows what the node saw: faces boxed, their attributes beside them."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np
from PIL import Image as Canvas
from PIL import ImageDraw, ImageFont

from device.observation import Face, Image, Observation

# A palette that colour-blind readers can distinguish (Wong, "Points of view: Color blindness", Nature Methods, 2011).
_COLORS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2")
_BACKGROUND, _TEXT, _FAINT, _BAR = "#15191e", "#f2f4f6", "#98a2ad", "#2b323a"
# Pixels.
_HEIGHT_RANGE = (480, 1080)
_MAX_ENLARGED_WIDTH = 4000  # a strip of 32 rows would become an image of gigabytes
_PANEL, _ROW, _PADDING = 330, 24, 18
_BAR_WIDTH = 92
_COLUMN_FACES = 3  # faces in one column of the panel; more faces take further columns


def annotate(image: Image, observation: Observation, names: Collection[str]) -> Image:
    """Draw an observation beside the picture it was made from.

    Args:
        image: (H, W, 3) uint8, BGR.
        observation: its boxes and keypoints are in pixels of image.
        names: the attributes to show, by CelebA's names; those that are present are listed.

    Returns:
        (height, width, 3) uint8, BGR.
    """
    height, width = image.shape[:2]
    scale = float(np.clip(height, *_HEIGHT_RANGE)) / height
    scale = min(scale, max(1.0, _MAX_ENLARGED_WIDTH / width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(image, size, interpolation=interpolation)
    lists = [_rows(face, names) for face in observation.faces]
    columns = [
        range(first, min(first + _COLUMN_FACES, len(lists)))
        for first in range(0, max(1, len(lists)), _COLUMN_FACES)
    ]
    heights = [sum(_list_height(lists[i]) for i in column) for column in columns]
    panel_left = size[0]
    canvas = Canvas.new(
        "RGB",
        (panel_left + _PANEL * len(columns), max(size[1], *heights, 0) + _PADDING),
        _BACKGROUND,
    )
    canvas.paste(Canvas.fromarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB)))
    pen = ImageDraw.Draw(canvas)
    for number, face in enumerate(observation.faces):
        _draw_box(pen, face, number, scale)
    if not observation.faces:
        text = f"nothing to say: {observation.reason}"
        pen.text((panel_left + _PADDING, _PADDING), text, _TEXT, _font(17))
    for index, column in enumerate(columns):
        top = _PADDING
        for number in column:
            left = panel_left + index * _PANEL + _PADDING
            _draw_list(pen, (left, top), number, observation.faces[number], lists[number])
            top += _list_height(lists[number])
    return cv2.cvtColor(np.asarray(canvas), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _rows(face: Face, names: Collection[str]) -> list[tuple[str, float]]:
    """Return the present attributes, the most probable first: the text, and the probability."""
    present = [
        (name.replace("_", " "), attribute.probability)
        for name, attribute in face.attributes.items()
        if attribute.present and name in names
    ]
    return sorted(present, key=lambda row: -row[1])


def _list_height(rows: list[tuple[str, float]]) -> int:
    return _ROW * (len(rows) + 2) + _PADDING


def _color(number: int) -> str:
    return _COLORS[number % len(_COLORS)]


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.load_default(size)
    except TypeError:
        # Pillow before 10.1, which 32-bit ARM has from Debian; there OpenCV installs this font.
        return ImageFont.truetype("DejaVuSans.ttf", size)


def _draw_box(pen: ImageDraw.ImageDraw, face: Face, number: int, scale: float) -> None:
    box, color = face.box, _color(number)
    left, top = box.x * scale, box.y * scale
    pen.rounded_rectangle(
        (left, top, left + box.width * scale, top + box.height * scale), 8, None, color, 3
    )
    for x, y in face.keypoints[:4] * scale:
        pen.ellipse((x - 2.5, y - 2.5, x + 2.5, y + 2.5), color)
    label, font = str(number + 1), _font(17)
    width = pen.textlength(label, font) + 14
    tag_top = max(0.0, top - 26)
    pen.rounded_rectangle((left, tag_top, left + width, tag_top + 24), 6, color)
    pen.text((left + 7, tag_top + 12), label, _BACKGROUND, font, "lm")


def _draw_list(
    pen: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    number: int,
    face: Face,
    rows: list[tuple[str, float]],
) -> None:
    left, top = corner
    title = f"Face {number + 1}" + ("  ·  primary" if face.primary else "")
    pen.text((left, top), title, _color(number), _font(18))
    hair = f"hair: {face.hair_color or 'cannot tell'}     facial hair: {face.facial_hair or 'cannot tell'}"
    pen.text((left, top + _ROW), hair, _FAINT, _font(14))
    bar_left = left + _PANEL - 2 * _PADDING - _BAR_WIDTH - 44
    for index, (text, probability) in enumerate(rows, start=2):
        middle = top + index * _ROW + _ROW / 2
        pen.text((left, middle), text, _TEXT, _font(15), "lm")
        bar = bar_left, middle - 5, bar_left + _BAR_WIDTH, middle + 5
        pen.rounded_rectangle(bar, 5, _BAR)
        filled = bar_left + max(10.0, _BAR_WIDTH * probability)
        pen.rounded_rectangle((*bar[:2], filled, bar[3]), 5, _color(number))
        percent = f"{probability:.0%}"
        pen.text((bar_left + _BAR_WIDTH + 44, middle), percent, _FAINT, _font(14), "rm")
