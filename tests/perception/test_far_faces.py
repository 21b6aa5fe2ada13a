"""A face that is small in a large frame is found once, exactly, and with the answers of a close crop."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from device.observation import Box, Detection, Image
from device.perception import Judgement, Perception
from device.perception.detection import FaceDetector
from device.perception.overlap import corners, iou
from tests.perception.conftest import frame, full_range_looks

PLAIN = Judgement()
# An answer this close to its threshold is a coin toss.
UNDECIDED = 0.05


@pytest.fixture(scope="module")
def portrait(astronaut: Image, detector: FaceDetector) -> Callable[[int], tuple[Image, Detection]]:
    """The portrait with a face of a size in pixels, and the face as it is seen there."""
    size = detector.detect_at_once(astronaut)[0].box.size

    def portrait_of(face: int) -> tuple[Image, Detection]:
        how = cv2.INTER_AREA if face < size else cv2.INTER_LINEAR
        scaled = cv2.resize(astronaut, None, fx=face / size, fy=face / size, interpolation=how)
        picture = np.asarray(scaled, np.uint8)
        return picture, detector.detect_at_once(picture)[0]

    return portrait_of


def placed(picture: Image, width: int, height: int, left: int, top: int) -> Image:
    """Return a grey frame with the picture somewhere; what does not fit is cut off."""
    image = np.full((height, width, 3), 110, np.uint8)
    part = picture[max(0, -top) : height - top, max(0, -left) : width - left]
    image[max(0, top) :, max(0, left) :][: part.shape[0], : part.shape[1]] = part
    return image


def places(picture: Image, width: int, height: int) -> Iterator[tuple[int, int]]:
    """Yield some places: corners, the middle, and beside the borders of tiles."""
    across, down = width - picture.shape[1], height - picture.shape[0]
    for x, y in [(0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5), (0.31, 0.62), (0.68, 0.27)]:
        yield round(x * across), round(y * down)


def shifted(box: Box, left: int, top: int) -> Box:
    """Return a box at another place."""
    return Box(box.x + left, box.y + top, box.width, box.height)


@pytest.mark.parametrize(
    ("width", "height", "face"),
    [
        (640, 480, 48),
        (640, 480, 64),
        (1280, 720, 48),
        (1920, 1080, 48),
        (1920, 1080, 100),
        (1920, 1080, 160),
        (3840, 2160, 100),
        (4000, 1000, 48),  # a panorama
        (4000, 1000, 160),
    ],
)
def test_a_small_face_is_seen_as_it_is_close_by(
    detector: FaceDetector,
    portrait: Callable[[int], tuple[Image, Detection]],
    width: int,
    height: int,
    face: int,
) -> None:
    """Wherever it is, it is found once; its box and its keypoints are those of the close crop."""
    picture, close = portrait(face)
    eyes = float(np.linalg.norm(close.keypoints[0] - close.keypoints[1]))
    for left, top in places(picture, width, height):
        (found,) = detector.detect(placed(picture, width, height, left, top))
        box = shifted(close.box, left, top)
        assert iou(corners(box)[0], corners(found.box))[0] > 0.85
        off = found.keypoints[:4] - close.keypoints[:4] - np.array([left, top])
        assert float(np.linalg.norm(off, axis=1).mean()) < 0.1 * eyes


@pytest.mark.parametrize("face", [52, 100, 160])
def test_the_answers_about_a_small_face_are_those_of_the_close_crop(
    perception: Perception, portrait: Callable[[int], tuple[Image, Detection]], face: int
) -> None:
    """At 1920x1080, where one look at the whole gets hair and smiles wrong."""
    picture, _ = portrait(face)
    (close,) = perception.perceive([frame(picture)], PLAIN).faces
    decided = {
        name: answer.present
        for name, answer in close.attributes.items()
        if abs(answer.probability - (answer.threshold or 0)) > UNDECIDED
    }
    assert decided["Smiling"]
    for left, top in places(picture, 1920, 1080):
        (far,) = perception.perceive([frame(placed(picture, 1920, 1080, left, top))], PLAIN).faces
        answers = {name: far.attributes[name].present for name in decided}
        wrong = [name for name, present in decided.items() if answers[name] != present]
        assert len(wrong) <= 1, wrong
        assert answers["Smiling"]


@pytest.mark.parametrize("left", range(400, 700, 20))
def test_a_face_on_the_border_of_two_tiles_is_one_face(
    detector: FaceDetector, portrait: Callable[[int], tuple[Image, Detection]], left: int
) -> None:
    """At each step over the border: whole, and not a part of it beside it."""
    picture, close = portrait(220)
    (found,) = detector.detect(placed(picture, 1920, 1080, left, 100))
    assert iou(corners(shifted(close.box, left, 100))[0], corners(found.box))[0] > 0.85


def test_neighbours_in_a_large_frame_are_each_found_once(
    detector: FaceDetector, portrait: Callable[[int], tuple[Image, Detection]]
) -> None:
    """Twelve small faces, some of them on borders of tiles, are twelve faces."""
    picture, _ = portrait(60)
    group = np.tile(picture, (3, 4, 1))
    assert len(detector.detect(placed(group, 1920, 1080, 350, 60))) == 12


def test_a_large_frame_without_a_face_has_none(detector: FaceDetector, coffee: Image) -> None:
    """Looking at more places finds no more than there is."""
    large = np.asarray(cv2.resize(coffee, (1920, 1280), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert detector.detect(large) == []


def looks(detector: FaceDetector, image: Image) -> list[int]:
    """Return how often the full-range network, the one for closer looks and the short-range one run for an image."""

    def counts() -> list[int]:
        others = (detector.closer, detector.short)
        return [full_range_looks(detector), *(network.invocations for network in others)]

    before = counts()
    detector.detect(image)
    return [now - then for now, then in zip(counts(), before, strict=True)]


@pytest.mark.parametrize(
    ("face", "often"),
    [
        (60, [1, 1, 0]),  # one look at the whole, and one at the face
        (130, [1, 0, 0]),  # large enough at once
        (400, [1, 0, 1]),  # so large that it may fill the frame
    ],
)
def test_at_640x480_only_a_small_face_gets_a_second_look(
    detector: FaceDetector,
    portrait: Callable[[int], tuple[Image, Detection]],
    face: int,
    often: list[int],
) -> None:
    """Nobody pays for what changes nothing."""
    picture, _ = portrait(face)
    image = placed(picture, 640, 480, 320 - picture.shape[1] // 2, 0)
    assert looks(detector, image) == often


def test_a_frame_without_a_face_is_looked_at_near_and_far(
    detector: FaceDetector, coffee: Image
) -> None:
    """A face that fills the frame may be there, and only the short-range network sees it."""
    assert looks(detector, coffee) == [1, 0, 1]


def test_a_large_frame_costs_one_look_for_each_tile_and_face(
    detector: FaceDetector, portrait: Callable[[int], tuple[Image, Detection]]
) -> None:
    """At 1920x1080: the whole, six tiles, and one look at the face although three of them show it."""
    picture, _ = portrait(100)
    assert looks(detector, placed(picture, 1920, 1080, 500, 200))[:2] == [7, 1]


def test_without_small_faces_to_search_a_large_frame_has_no_tiles(
    portrait: Callable[[int], tuple[Image, Detection]],
) -> None:
    """With a minimum size of 160 pixels one look at 1920x1080 and one at the face are enough."""
    near = FaceDetector.load(min_face=160)
    picture, _ = portrait(200)
    assert looks(near, placed(picture, 1920, 1080, 500, 200)) == [1, 1, 0]
