"""What takes the camera's place in safe mode."""

from __future__ import annotations

from device.config import CameraSettings
from device.errors import CameraTrouble
from device.node.safe_mode import no_camera


def test_the_camera_that_is_left_alone_says_that_it_is_safe_mode() -> None:
    """In a word for automations, and in a sentence for the owner."""
    camera = no_camera(CameraSettings())
    camera.tick(0.0)
    assert camera.status.trouble is CameraTrouble.SAFE_MODE
    assert "press its button Restart" in str(camera.status.fault)
