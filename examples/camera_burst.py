"""Take a burst of five frames: camera_burst.py SOURCE, a number, picture, folder, video or URL."""

import sys
from time import monotonic

from device.camera import open_camera
from device.config import CameraSettings
from device.errors import CameraError

with open_camera(CameraSettings.model_validate({"source": sys.argv[1]})) as camera:
    try:
        frames = camera.burst(5, newer_than=monotonic())
    except CameraError as error:
        sys.exit(str(error))
for frame in frames:
    height, width = frame.image.shape[:2]
    print(f"{frame.captured_at:%H:%M:%S.%f} {width}x{height}")
