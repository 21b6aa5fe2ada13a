"""An answer tried for real, with what came of it in words."""

from __future__ import annotations

import time
from collections.abc import Callable

from device.camera import Camera, open_camera
from device.config import CameraSettings, MqttSettings
from device.editing.settings_file import SettingsFile
from device.errors import CameraSourceError, ConfigError, FacetError, LinkError
from device.mqtt.probe import probe
from device.node.picture import render
from device.node.trials import Trial
from device.setup.answers import BrokerAnswer
from device.system.secret_address import SecretAddress

_PART = "broker"


def try_broker(
    answer: BrokerAnswer,
    file: SettingsFile,
    connect: Callable[[MqttSettings], str] = probe,
) -> Trial:
    """Connect once, with what the file would say, and return whether that works and what else to do.

    Args:
        answer: the owner's.
        file: the node's, which is not written.
        connect: returns what was found, or raises LinkError.
    """
    try:
        settings = file.preview(answer.changes(), answer.secrets()).mqtt
    except ConfigError as error:
        # The file and the line say nothing to somebody who fills in a form.
        faults = "; ".join(f"{fault.path}: {fault.message}" for fault in error.faults)
        return Trial(_PART, works=False, detail=faults)
    except FacetError as error:
        return Trial(_PART, works=False, detail=str(error))
    try:
        return Trial(_PART, works=True, detail=connect(settings))
    except LinkError as error:
        return Trial(_PART, works=False, detail=str(error))


def picture_of(source: str, open_source: Callable[[CameraSettings], Camera] = open_camera) -> bytes:
    """Return a picture of a camera, as a JPEG.

    Args:
        source: as in camera.source.
        open_source: makes the camera.

    Raises:
        CameraError: there is none.
    """
    if not source:
        message = "camera.source: is empty; give a camera's number, a device, a path or a URL"
        raise CameraSourceError(message)
    with open_source(CameraSettings(source=SecretAddress(source))) as camera:
        frame, *_ = camera.burst(1, newer_than=time.monotonic())
    picture = render(frame.image, None, "full")
    assert picture is not None  # noqa: S101 - such a picture always leaves
    return picture
