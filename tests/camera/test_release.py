"""Privacy: the camera lets go at once, whatever it is doing, and shows nothing from then on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from device.camera import Camera, open_camera
from device.camera.source import FrameSource
from device.camera.still import Folder
from device.config import CameraSettings
from device.errors import CameraError, CameraReleasedError
from device.observation import Frame
from device.system.secret_address import SecretAddress
from tests.camera.simulated import UsbCamera
from tests.clock import EPOCH, Clock


def call_at(number: int, action: Callable[[], None]) -> Callable[[], None]:
    """Return a function that calls an action when it is called for the number-th time."""
    calls = iter(range(1, 10_000))

    def count() -> None:
        if next(calls) == number:
            action()

    return count


# Of the burst below: two frames of warm-up, the one that proves the camera, then the burst's three.
@pytest.mark.parametrize("grab", range(1, 7))
def test_a_burst_gives_up_at_whichever_frame_privacy_is_asked_for(
    camera: Camera, usb: UsbCamera, clock: Clock, grab: int
) -> None:
    """No frame is given, not even those of before, and the device is closed after that grab."""
    grabs: list[None] = []
    request = call_at(grab, camera.request_release)

    def on_grab() -> None:
        grabs.append(None)
        request()

    usb.on_grab = on_grab
    with pytest.raises(CameraReleasedError):
        camera.burst(3, clock())
    assert len(grabs) == grab
    assert [capture.released for capture in usb.opened] == [True]
    assert not camera.is_open


def test_privacy_while_the_device_is_being_opened_takes_no_frame(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Opening may take seconds; not even the frame that would prove the camera is grabbed."""
    grabs: list[None] = []
    usb.on_grab = lambda: grabs.append(None)
    usb.on_open = camera.request_release
    with pytest.raises(CameraReleasedError):
        camera.burst(3, clock())
    assert grabs == []
    assert [capture.released for capture in usb.opened] == [True]


def test_privacy_while_a_stream_is_being_connected_to_takes_no_frame(
    usb: UsbCamera, clock: Clock
) -> None:
    """Its first frame may take another five seconds; the connection is left at once."""
    grabs: list[None] = []
    usb.on_grab = lambda: grabs.append(None)
    settings = CameraSettings(source=SecretAddress("rtsp://camera/stream"))
    stream = open_camera(
        settings, open_capture=usb.open, clock=clock, now=clock.now, jitter=lambda: 0.0
    )
    usb.on_open = stream.request_release
    with pytest.raises(CameraReleasedError):
        stream.burst(3, clock())
    assert grabs == []
    assert [capture.released for capture in usb.opened] == [True]


def test_a_read_that_blocks_does_not_hold_up_whoever_asks_for_privacy(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The request returns while the read still blocks; when the read ends the burst gives nothing."""
    blocked, unblock = threading.Event(), threading.Event()
    outcome: list[object] = []

    def block() -> None:
        blocked.set()
        assert unblock.wait(10)

    def burst() -> None:
        try:
            outcome.append(camera.burst(1, clock()))
        except CameraError as error:
            outcome.append(error)

    usb.on_grab = block
    owner = threading.Thread(target=burst, name="facet-capture")
    owner.start()
    assert blocked.wait(10)
    camera.request_release()
    assert camera.is_open is False  # it does not stay open
    assert owner.is_alive()
    unblock.set()
    owner.join(10)
    assert [type(result) for result in outcome] == [CameraReleasedError]
    assert usb.opened[0].released


def test_a_burst_that_began_before_privacy_gives_up_though_privacy_has_ended(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Its first frames may be from the time of privacy."""

    def switch_on_and_off() -> None:
        camera.request_release()
        camera.resume()

    usb.on_grab = call_at(4, switch_on_and_off)
    with pytest.raises(CameraReleasedError):
        camera.burst(3, clock())
    assert len(camera.burst(3, clock())) == 3


def test_in_privacy_no_burst_opens_the_camera(camera: Camera, usb: UsbCamera, clock: Clock) -> None:
    """The device is not touched, and the error says what to do."""
    camera.request_release()
    with pytest.raises(CameraReleasedError, match="switch privacy off first"):
        camera.burst(1, clock())
    assert usb.opened == []


def test_giving_up_is_not_a_loss_of_the_camera(
    camera: Camera, usb: UsbCamera, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither for a burst nor for a check, even when the read fails meanwhile: it stays available, without a fault."""
    camera.tick(clock())
    for attempt in (lambda: camera.tick(clock() + 3600), lambda: camera.burst(1, clock())):
        usb.is_starved = True
        usb.on_grab = call_at(1, camera.request_release)
        with contextlib.suppress(CameraReleasedError):
            assert not attempt()
        assert (camera.available, camera.fault) == (True, None)
        usb.is_starved = False
        camera.resume()
    assert "not available" not in caplog.text
    assert camera.status.is_available


def test_the_owners_next_tick_closes_a_camera_that_was_asked_to_let_go(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The device is closed, its lamp is off, and no later tick opens it."""
    camera.tick(clock())
    camera.request_release()
    assert not camera.tick(clock())
    assert usb.opened[0].released
    assert not camera.is_open
    assert not camera.tick(clock() + 3600.0)
    assert len(usb.opened) == 1
    assert "released" in repr(camera)


def test_the_owner_may_release_at_once(camera: Camera, usb: UsbCamera, clock: Clock) -> None:
    """Without a tick in between; ticks leave it alone from then on."""
    camera.tick(clock())
    camera.release()
    assert usb.opened[0].released
    assert not camera.tick(clock() + 3600.0)
    assert len(usb.opened) == 1


def test_a_resumed_camera_is_opened_by_the_next_tick(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """After privacy the device is warm again before the first press."""
    camera.tick(clock())
    camera.release()
    camera.resume()
    camera.tick(clock())
    assert camera.is_open
    assert len(usb.opened) == 2


def test_resuming_a_camera_that_was_not_released_changes_nothing(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """The back-off of a lost camera goes on."""
    usb.is_plugged = False
    camera.tick(clock())
    camera.resume()
    camera.tick(clock())
    assert len(usb.opened) == 1


def test_frames_from_before_privacy_are_gone_after_it(
    camera: Camera, usb: UsbCamera, clock: Clock
) -> None:
    """Even when the owner was busy all through it: a new capture has no old buffer to show."""
    camera.burst(1, clock())
    camera.request_release()
    camera.resume()
    camera.burst(1, clock())
    assert [capture.released for capture in usb.opened] == [True, False]


def test_a_folder_of_damaged_pictures_is_not_searched_in_privacy(
    tmp_path: Path, clock: Clock
) -> None:
    """Each picture may take a while."""
    (tmp_path / "a.png").write_text("not a picture")
    released = threading.Event()
    released.set()
    with pytest.raises(CameraReleasedError):
        Folder(tmp_path, clock=clock, now=clock.now).read(1, 0.0, released)


def test_a_source_that_notices_nothing_still_shows_nothing(clock: Clock) -> None:
    """Whatever a source returns after the request, the camera does not pass on."""
    camera: Camera

    def connect() -> FrameSource:
        return _Careless(camera.request_release)

    settings = CameraSettings()
    camera = Camera(connect, settings, description="careless", clock=clock, jitter=lambda: 0.0)
    with pytest.raises(CameraReleasedError):
        camera.burst(1, clock())


class _Careless:
    """A source that is asked to let go while it reads, and does not check."""

    is_live = False
    check_interval = 10.0
    is_open = False

    def __init__(self, request_release: Callable[[], None]) -> None:
        self._request_release = request_release

    def read(self, n: int, newer_than: float, released: threading.Event) -> list[Frame]:
        del newer_than, released
        self._request_release()
        return [Frame(np.zeros((48, 64, 3), np.uint8), EPOCH)] * n

    def check(self, released: threading.Event) -> None:
        del released

    def close(self) -> None:
        pass
