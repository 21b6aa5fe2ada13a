"""The rows with which the node is controlled from Home Assistant."""

from __future__ import annotations

from dataclasses import replace

from device.config.sections.privacy import PICTURE_MODES
from device.entities.documents import SETTINGS
from device.entities.kinds import Button, Category, Number, Row, Select, Switch
from device.entities.requests import Capture, Restart
from device.entities.requirements import MOTION_SENSOR, PICTURES

# "Turn off everything in the hall" leaves out what has a category: it must not switch the camera on.
CONTROLS: tuple[Row, ...] = (
    Button(
        key="capture",
        name="Capture",
        meaning="Takes a burst now, as the button on the node does.",
        icon="mdi:camera",
        is_essential=True,
        press=Capture(),
    ),
    Switch(
        document=SETTINGS,
        key="motion_trigger",
        name="Motion trigger",
        meaning="Whether motion starts a capture.",
        icon="mdi:motion-sensor",
        category=Category.CONFIG,
        requires=MOTION_SENSOR,
        read=lambda settings: settings.motion_trigger,
        write=lambda settings, value: replace(settings, motion_trigger=value),
    ),
    Switch(
        document=SETTINGS,
        key="privacy",
        name="Privacy",
        meaning="While on, the camera is released and every trigger is answered with privacy.",
        icon="mdi:camera-lock",
        category=Category.CONFIG,
        is_essential=True,
        read=lambda settings: settings.privacy,
        write=lambda settings, value: replace(settings, privacy=value),
    ),
    Button(
        key="restart",
        name="Restart",
        meaning="Restarts the node with the current configuration, which also ends safe mode.",
        category=Category.CONFIG,
        device_class="restart",
        press=Restart(),
    ),
    Select(
        document=SETTINGS,
        key="picture_mode",
        name="Picture mode",
        meaning="How much of a picture leaves the node: at most what privacy.picture allows.",
        icon="mdi:image-lock-outline",
        category=Category.CONFIG,
        options=PICTURE_MODES,
        allowed=lambda config: config.privacy.picture_modes,
        requires=PICTURES,
        read=lambda settings: settings.picture_mode,
        write=lambda settings, value: replace(settings, picture_mode=value),
    ),
    Number(
        document=SETTINGS,
        key="threshold_offset",
        name="Caution",
        meaning=(
            "Added to every attribute's threshold, at once also for the faces that were seen last: more caution means "
            "fewer false alarms, and fewer detections."
        ),
        icon="mdi:tune-variant",
        category=Category.CONFIG,
        minimum=-0.4,
        maximum=0.4,
        step=0.01,
        is_fraction=True,
        read=lambda settings: settings.threshold_offset,
        write=lambda settings, value: replace(settings, threshold_offset=value),
    ),
    Number(
        document=SETTINGS,
        key="motion_cool_down",
        name="Motion cool-down",
        meaning="For how long motion is ignored after it has started a capture.",
        icon="mdi:timer-sand",
        category=Category.CONFIG,
        device_class="duration",
        unit="s",
        maximum=3600,
        requires=MOTION_SENSOR,
        read=lambda settings: settings.motion_cool_down,
        write=lambda settings, value: replace(settings, motion_cool_down=value),
    ),
)
