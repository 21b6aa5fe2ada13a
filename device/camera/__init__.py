"""The freshest frames from a USB camera, a picture, a folder, a video or a URL."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from device.camera.address import Kind, parse
from device.camera.camera import Camera
from device.camera.capture import OpenCapture
from device.camera.capture import open_capture as _open_capture
from device.camera.listing import picture_names
from device.camera.picture import read_picture
from device.camera.source import FrameSource
from device.camera.still import Folder, Picture
from device.camera.stream import Stream
from device.camera.usb import UsbCamera
from device.camera.video import Video
from device.config import CameraSettings
from device.observation import utc_now

__all__ = ["Camera", "open_camera", "picture_names", "read_picture"]


def open_camera(
    settings: CameraSettings,
    *,
    open_capture: OpenCapture = _open_capture,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = utc_now,
    jitter: Callable[[], float] = random.random,
) -> Camera:
    """Return the camera of the settings, which its first burst or tick opens.

    It never raises: that first burst or tick reports an absent device or a wrong address.

    Args:
        settings: the section `camera` of the configuration.
        open_capture: makes OpenCV's captures.
        clock: monotonic, in seconds.
        now: the time in UTC.
        jitter: draws 0..1, for the back-off.
    """

    def connect() -> FrameSource:
        address = parse(settings.source)
        path = Path(address.target)
        match address.kind:
            case Kind.PICTURE:
                return Picture(path, clock=clock, now=now)
            case Kind.FOLDER:
                return Folder(path, clock=clock, now=now)
            case Kind.VIDEO:
                return Video(path, open_capture=open_capture, clock=clock, now=now)
            case Kind.STREAM:
                return Stream(address, open_capture=open_capture, clock=clock, now=now)
            case Kind.DEVICE:
                return UsbCamera(path, settings, open_capture=open_capture, clock=clock, now=now)

    return Camera(connect, settings, description=str(settings.source), clock=clock, jitter=jitter)
