"""Pictures that stand in for a camera."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from device.camera.still import Folder, Picture, next_name
from device.errors import CameraError
from device.observation import Frame
from tests.camera.conftest import NOT_RELEASED
from tests.clock import Clock


def brightness(frames: list[Frame]) -> int:
    """Return the mean of the one frame of a burst."""
    (frame,) = frames
    return round(float(frame.image.mean()))


def test_a_burst_of_a_still_is_one_frame(write_picture: Callable[..., Path], clock: Clock) -> None:
    """Five are wanted, one is given: the same picture again would show nothing new."""
    frames = Picture(write_picture("one.png"), clock=clock, now=clock.now).read(
        5, clock(), NOT_RELEASED
    )
    assert [frame.captured_at for frame in frames] == [clock.now()]


def test_a_still_is_decoded_once(write_picture: Callable[..., Path], clock: Clock) -> None:
    """Two bursts of an unchanged file share one decoded picture."""
    picture = Picture(write_picture("one.png"), clock=clock, now=clock.now)
    first, second = picture.read(1, 0.0, NOT_RELEASED), picture.read(1, 0.0, NOT_RELEASED)
    assert first[0].image is second[0].image


def test_a_still_that_changed_is_read_again(
    write_picture: Callable[..., Path], clock: Clock
) -> None:
    """What is written over the file is what the next burst shows."""
    path = write_picture("one.png", left=10, right=10)
    picture = Picture(path, clock=clock, now=clock.now)
    before = brightness(picture.read(1, 0.0, NOT_RELEASED))
    write_picture("one.png", left=200, right=200)
    os.utime(path, ns=(1, 1))  # file systems with coarse clocks give both the same time
    assert (before, brightness(picture.read(1, 0.0, NOT_RELEASED))) == (10, 200)


def test_closing_a_still_forgets_the_picture(
    write_picture: Callable[..., Path], clock: Clock
) -> None:
    """After close nothing decoded is held."""
    picture = Picture(write_picture("one.png"), clock=clock, now=clock.now)
    picture.check(NOT_RELEASED)
    assert picture.is_open
    picture.close()
    assert not picture.is_open


def test_a_still_that_is_missing_is_a_clear_error(tmp_path: Path, clock: Clock) -> None:
    """The error names the setting and the file."""
    with pytest.raises(CameraError, match=r"camera\.source: .*absent\.jpg .*No such file"):
        Picture(tmp_path / "absent.jpg", clock=clock, now=clock.now).check(NOT_RELEASED)


def test_a_folder_is_cycled_in_the_order_of_names(
    write_picture: Callable[..., Path], tmp_path: Path, clock: Clock
) -> None:
    """One picture a burst, the first again after the last; other and hidden files do not count."""
    for name, level in [("c.png", 30), ("a.png", 10), ("B.png", 20), (".hidden.png", 99)]:
        write_picture(name, left=level, right=level)
    (tmp_path / "notes.txt").touch()
    folder = Folder(tmp_path, clock=clock, now=clock.now)
    assert [brightness(folder.read(5, 0.0, NOT_RELEASED)) for _ in range(4)] == [20, 10, 30, 20]


def test_a_damaged_picture_of_a_folder_is_skipped_and_named(
    write_picture: Callable[..., Path],
    tmp_path: Path,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The burst shows the next one, and the log says why."""
    (tmp_path / "a.png").write_text("not a picture")
    write_picture("b.png", left=20, right=20)
    assert brightness(Folder(tmp_path, clock=clock, now=clock.now).read(1, 0.0, NOT_RELEASED)) == 20
    assert "a.png is not" in caplog.text


def test_a_folder_without_a_readable_picture_is_a_clear_error(tmp_path: Path, clock: Clock) -> None:
    """The error says how many were tried, and what was wrong with the last."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_text("not a picture")
    with pytest.raises(CameraError, match=r"none of the 2 pictures.*b\.png is not"):
        Folder(tmp_path, clock=clock, now=clock.now).read(1, 0.0, NOT_RELEASED)


def test_an_empty_folder_is_a_clear_error(tmp_path: Path, clock: Clock) -> None:
    """The error says what the folder holds and what it should."""
    (tmp_path / "notes.txt").touch()
    with pytest.raises(CameraError, match=r"no picture among its 1 entries.*\.jpg"):
        Folder(tmp_path, clock=clock, now=clock.now).check(NOT_RELEASED)


def test_a_folder_that_is_gone_is_a_clear_error(tmp_path: Path, clock: Clock) -> None:
    """A folder on a disk that was taken out is reported as missing."""
    with pytest.raises(CameraError, match="cannot be read: No such file"):
        Folder(tmp_path / "gone", clock=clock, now=clock.now).check(NOT_RELEASED)


@pytest.mark.parametrize(
    ("last", "following"),
    [
        (None, "a"),  # the first time
        ("a", "c"),
        ("b", "c"),  # removed since
        ("e", "a"),  # the end
        ("z", "a"),
    ],
)
def test_the_next_name_does_not_need_the_last_one_to_be_there(
    last: str | None, following: str
) -> None:
    """Files may come and go between two bursts."""
    assert next_name(["a", "c", "e"], last) == following
