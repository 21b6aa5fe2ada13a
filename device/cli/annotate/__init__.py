"""A picture that shows what the node saw: faces boxed, their attributes beside them or below."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image as Canvas

from device.cli.annotate.layout import Area, Layout, arranged, placed
from device.cli.annotate.pen import BACKGROUND, FAINT, TEXT, Pen
from device.cli.reading import (
    FACIAL_HAIR,
    HAIR_COLOR,
    NOT_OFFERED,
    Reading,
    facial_hair,
    hair_color,
    result,
)
from device.entities.words import LEFT_OUT
from device.observation import Box, Face, FaceAttributes, Image, Observation

# A palette that colour-blind readers can distinguish (Wong, "Points of view: Color blindness", Nature Methods, 2011).
_COLORS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2")
_LEFT_OUT, _BAR = "#b4bac1", "#2b323a"
# Units of the layout.
_ROW, _PADDING, _BAR_WIDTH, _PERCENT_WIDTH = 24, 18, 80, 46
_CHIP = 14  # of a face's color, beside its title
_TITLE_SIZE, _TEXT_SIZE, _TAG_SIZE, _SMALL_SIZE = 18, 15, 17, 14


@dataclass(frozen=True, slots=True)
class _List:
    """What stands beside the picture about one face, or about all that were left out.

    Attributes:
        lines: below the title.
        bars: name, probability, and whether the attribute is offered.
    """

    title: str
    color: str
    lines: tuple[str, ...] = ()
    bars: tuple[tuple[str, float, bool], ...] = ()

    @property
    def height(self) -> int:
        has_others = any(not is_offered for _name, _probability, is_offered in self.bars)
        return _ROW * (1 + len(self.lines) + len(self.bars) + has_others) + _PADDING


def annotate(image: Image, observation: Observation, reading: Reading) -> Image:
    """Draw an observation on the picture it was made from, with a list of each face's attributes.

    The text can be read where the whole width is seen on a screen of 1280 pixels; see layout.

    Args:
        image: (H, W, 3) uint8, BGR.
        observation: its boxes and keypoints are in pixels of image.
        reading: which attributes are listed, if they are present.

    Returns:
        (height, width, 3) uint8, BGR.
    """
    lists = _lists(observation, reading)
    layout = arranged(image.shape[1], image.shape[0], [one.height for one in lists], _PADDING)
    pen = Pen(layout.width, layout.height, layout.resolution)
    pen.paste(_resized(image, layout), layout.picture)
    _draw_boxes(pen, observation, layout)
    for one, corner in zip(lists, layout.lists, strict=True):
        _draw_list(pen, corner, one)
    return cv2.cvtColor(np.asarray(pen.canvas), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _resized(image: Image, layout: Layout) -> Canvas.Image:
    size = (
        max(1, round(layout.picture.width * layout.resolution)),
        max(1, round(layout.picture.height * layout.resolution)),
    )
    interpolation = cv2.INTER_AREA if size[0] < image.shape[1] else cv2.INTER_CUBIC
    resized = cv2.resize(image, size, interpolation=interpolation)
    return Canvas.fromarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB))


def _lists(observation: Observation, reading: Reading) -> list[_List]:
    lists = [_of_face(i, face, reading) for i, face in enumerate(observation.faces)]
    seen, left_out = observation.face_count, observation.left_out
    if left_out or not lists:
        text = result(observation.reason, len(lists), seen, left_out)
        lists.append(_List("", FAINT, tuple(text.replace("; ", "\n").splitlines())))
    return lists


def _of_face(number: int, face: Face, reading: Reading) -> _List:
    fact = face.fact(FaceAttributes) or FaceAttributes({}, None, None)
    return _List(
        f"Face {number + 1}" + ("  ·  primary" if face.primary else ""),
        _color(number),
        (f"{HAIR_COLOR}: {hair_color(fact)}     {FACIAL_HAIR}: {facial_hair(face.facial_hair)}",),
        (
            *((name, probability, True) for name, probability in reading.attributes(fact)),
            *((name, probability, False) for name, probability in reading.not_offered(fact)),
        ),
    )


def _color(number: int) -> str:
    return _COLORS[number % len(_COLORS)]


def _draw_boxes(pen: Pen, observation: Observation, layout: Layout) -> None:
    """Box the faces; then write beside each what it is, where it hides no other face."""
    boxes = [_area(face.box, layout) for face in observation.faces]
    left_out = [_area(face.box, layout) for face in observation.unjudged]
    for area in left_out:
        pen.box(area, _LEFT_OUT, 1.5)
    for number, (face, area) in enumerate(zip(observation.faces, boxes, strict=True)):
        pen.box(area, _color(number), 3)
        for x, y in face.keypoints[:4] * layout.scale:
            pen.dot(layout.picture.left + x, layout.picture.top + y, _color(number))
    taken = [*boxes, *left_out]
    for number, area in enumerate(boxes):
        label = str(number + 1)
        tag = placed(pen.tag_size(label, _TAG_SIZE), area, taken, layout.picture)
        pen.tag(tag, label, _TAG_SIZE, BACKGROUND, _color(number))
        taken.append(tag)
    for unjudged, area in zip(observation.unjudged, left_out, strict=True):
        label = LEFT_OUT[unjudged.reason]
        tag = placed(pen.tag_size(label, _SMALL_SIZE), area, taken, layout.picture)
        pen.tag(tag, label, _SMALL_SIZE, _LEFT_OUT, BACKGROUND)
        taken.append(tag)


def _area(box: Box, layout: Layout) -> Area:
    picture, scale = layout.picture, layout.scale
    return Area(
        picture.left + box.x * scale,
        picture.top + box.y * scale,
        box.width * scale,
        box.height * scale,
    )


def _draw_list(pen: Pen, corner: tuple[float, float], one: _List) -> None:
    left, top = corner[0] + _PADDING, corner[1]
    if one.title:
        pen.fill(Area(left, top + 5, _CHIP, _CHIP), one.color)
        pen.text((left + 2 * _CHIP, top + _ROW / 2), one.title, _TITLE_SIZE, TEXT)
        top += _ROW
    for line in one.lines:
        pen.text((left, top + _ROW / 2), line, _SMALL_SIZE, FAINT)
        top += _ROW
    for index, (name, probability, is_offered) in enumerate(one.bars):
        if not is_offered and (index == 0 or one.bars[index - 1][2]):
            pen.text((left, top + _ROW / 2), f"{NOT_OFFERED}:", _SMALL_SIZE, FAINT)
            top += _ROW
        _draw_bar(pen, left, top + _ROW / 2, name, probability, one.color if is_offered else FAINT)
        top += _ROW


def _draw_bar(
    pen: Pen, left: float, middle: float, name: str, probability: float, color: str
) -> None:
    right = left + Layout.COLUMN_WIDTH - 2 * _PADDING
    bar = Area(right - _PERCENT_WIDTH - _BAR_WIDTH, middle - 5, _BAR_WIDTH, 10)
    pen.text((left, middle), name, _TEXT_SIZE, TEXT, bar.left - left - 6)
    pen.fill(bar, _BAR)
    pen.fill(Area(bar.left, bar.top, max(10.0, bar.width * probability), bar.height), color)
    pen.text((right, middle), f"{probability:.0%}", _SMALL_SIZE, FAINT, is_right=True)
