"""The section `camera`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from device.config.sections.fields import CameraSource, explained
from device.config.sections.section import Section
from device.system.secret_address import SecretAddress


class CameraSettings(Section):
    """Where pictures come from."""

    source: CameraSource = Field(
        SecretAddress("0"),
        title="Source",
        description="A camera's number or device (/dev/v4l/by-id/... survives reordering), a picture, a folder of "
        "pictures, a video file, or an RTSP or HTTP URL: `http://USER:PASSWORD@HOST/PATH`, in whose user and password "
        "`@ # / : ? %` are written `%40 %23 %2F %3A %3F %25`. Of a URL only scheme, host and port are ever shown.",
    )
    width: int = Field(
        640, title="Width", description="Requested from the camera, in pixels.", ge=160, le=7680
    )
    height: int = Field(
        480, title="Height", description="Requested from the camera, in pixels.", ge=120, le=4320
    )
    fps: int = Field(
        30,
        title="Frame rate",
        description="Requested from the camera, in frames per second.",
        ge=1,
        le=240,
    )
    fourcc: str | None = Field(
        "MJPG",
        title="Pixel format",
        description="Requested from the camera; MJPG saves USB bandwidth. null keeps the camera's default.",
        pattern=r"^[A-Za-z0-9 ]{4}$",
        json_schema_extra=explained("a four-character code such as MJPG or YUYV"),
    )
    warm_up_frames: int = Field(
        5,
        title="Warm-up frames",
        description="Frames discarded after the camera is opened, until its exposure has settled.",
        ge=0,
        le=120,
    )
    rotation: Literal[0, 90, 180, 270] = Field(
        0, title="Rotation", description="Degrees clockwise by which pictures are rotated."
    )
    mirror: bool = Field(
        False, title="Mirror", description="Whether to swap left and right, after the rotation."
    )
