"""What more faces, more pixels and longer bursts cost: in proportion, and no more.

Each claim is a ratio of processor seconds, of the cheapest of some runs that take turns: other work on the machine
changes neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time

import numpy as np
import pytest

from device.camera import read_picture
from device.cli.bench.bare import BareNetworks
from device.cli.demo.portrait import write_portrait
from device.config import PerceptionSettings
from device.observation import Frame, Image
from device.perception import Perception, open_perception

pytestmark = pytest.mark.timed

# 640x480, with one face.
HEIGHT, WIDTH = 480, 640
ROUNDS = 20
GREY = 127


@pytest.fixture(scope="module")
def perception() -> Perception:
    """On one thread, which does not wait for another one."""
    return open_perception(PerceptionSettings(threads=1))


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """One clear face."""
    return read_picture(write_portrait(tmp_path_factory.mktemp("portrait")))


def cheapest(works: Sequence[Callable[[], object]]) -> list[float]:
    """Return the seconds of the cheapest run of each."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, seconds in zip(works, times, strict=True):
            start = process_time()
            work()
            seconds.append(process_time() - start)
    return [min(seconds) for seconds in times]


def beside(portrait: Image, faces: int) -> Image:
    """Return a frame for four portraits that shows some."""
    frame = np.full((2 * HEIGHT, 2 * WIDTH, 3), GREY, np.uint8)
    for top, left in ((0, 0), (0, WIDTH), (HEIGHT, 0), (HEIGHT, WIDTH))[:faces]:
        frame[top : top + HEIGHT, left : left + WIDTH] = portrait
    return frame


def test_each_further_face_costs_as_much_as_the_one_before(
    perception: Perception, portrait: Image
) -> None:
    """The third and the fourth cost no more than the second."""
    frames = [[Frame(beside(portrait, faces))] for faces in (1, 2, 4)]
    assert [perception.perceive(frame).face_count for frame in frames] == [1, 2, 4]
    one, two, four = cheapest([lambda f=f: perception.perceive(f) for f in frames])  # type: ignore[misc]
    print(f"1, 2 and 4 faces: {one * 1000:.1f}, {two * 1000:.1f} and {four * 1000:.1f} ms")
    assert (four - two) / 2 <= 1.25 * (two - one)


@pytest.mark.parametrize(("height", "width"), [(720, 1280), (1080, 1920), (2160, 3840)])
def test_searching_a_larger_frame_takes_as_long_per_pixel(
    perception: Perception, portrait: Image, height: int, width: int
) -> None:
    """It is searched in as many parts as it needs, none of which is searched twice."""
    large = np.full((height, width, 3), GREY, np.uint8)
    large[:HEIGHT, :WIDTH] = portrait
    detect = perception.detector.detect
    assert len(detect(large)) == 1
    usual, longer = cheapest([lambda: detect(portrait), lambda: detect(large)])
    pixels = large.size / portrait.size
    print(
        f"{width}x{height}: {longer * 1000:.1f} ms, {longer / usual:.1f} times as long for {pixels:.1f} times as much"
    )
    assert longer / usual <= 1.4 * pixels


def test_a_burst_of_three_costs_three_pictures(perception: Perception, portrait: Image) -> None:
    """What a burst costs beside its frames is next to nothing."""
    single, burst = [Frame(portrait)], [Frame(portrait)] * 3
    once, thrice = cheapest(
        [lambda: perception.perceive(single), lambda: perception.perceive(burst)]
    )
    print(f"one frame {once * 1000:.1f} ms, three {thrice * 1000:.1f} ms")
    assert thrice / once <= 3.1


def test_a_picture_costs_little_more_than_its_networks(
    perception: Perception, portrait: Image
) -> None:
    """Finding, cutting out, measuring and deciding, beside the bare invocations that the picture causes."""
    frame = Frame(portrait)
    bare = BareNetworks(perception.invocations(frame))
    networks, all_of_it = cheapest([bare.run, lambda: perception.perceive([frame])])
    print(f"networks {networks * 1000:.1f} ms, all of it {all_of_it * 1000:.1f} ms")
    assert all_of_it / networks <= 1.45
