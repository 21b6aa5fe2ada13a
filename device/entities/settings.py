"""What can be switched and set from Home Assistant."""

from __future__ import annotations

from dataclasses import dataclass

from device.config import Config
from device.config.sections.privacy import PictureMode


@dataclass(frozen=True, slots=True)
class Settings:
    """The node's switches and numbers.

    Attributes:
        privacy: the camera is released and nothing is analysed.
        motion_trigger: motion starts a capture.
        picture_mode: how much of a picture leaves the node.
        threshold_offset: added to every attribute's threshold.
        motion_cool_down: seconds after a capture by motion in which motion is ignored.
    """

    privacy: bool
    motion_trigger: bool
    picture_mode: PictureMode
    threshold_offset: float
    motion_cool_down: float

    @classmethod
    def configured(cls, config: Config) -> Settings:
        """Return the settings of the YAML file."""
        motion = config.triggers.motion
        return cls(
            privacy=config.privacy.enabled,
            motion_trigger=motion is not None and motion.armed,
            picture_mode=config.privacy.picture,
            threshold_offset=config.attributes.threshold_offset,
            motion_cool_down=motion.cool_down if motion else 0.0,
        )
