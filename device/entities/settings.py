"""What can be switched and set from Home Assistant, and its memory across restarts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from device.config import Config
from device.config.sections.node import PICTURE_MODES, PictureMode
from device.system.json_store import JsonStore


@dataclass(frozen=True, slots=True)
class Settings:
    """The node's switches and numbers.

    Attributes:
        privacy: the camera is released and nothing is looked at.
        motion_trigger: motion starts a capture.
        picture_mode: what of a picture leaves the node.
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
        """Return what the YAML file says."""
        motion = config.triggers.motion
        return cls(
            privacy=config.privacy.enabled,
            motion_trigger=motion is not None and motion.armed,
            picture_mode=config.privacy.picture,
            threshold_offset=config.attributes.threshold_offset,
            motion_cool_down=motion.cool_down if motion else 0.0,
        )


class SettingsStore:
    """Keeps the settings across restarts.

    What was set from Home Assistant holds until the YAML file itself says something new: the later word of the owner
    wins, whichever way it was spoken.

    Args:
        memory: where they are kept.
        configured: what the YAML file says now.
    """

    def __init__(self, memory: JsonStore, configured: Settings) -> None:
        self._memory = memory
        self._configured = configured

    def load(self) -> Settings:
        """Return the settings to start with."""
        stored = self._memory.load()
        before, set_to = _mapping(stored.get("configured")), _mapping(stored.get("settings"))
        kept = {
            key: set_to[key]
            for key, value in asdict(self._configured).items()
            if before.get(key) == value and _is_alike(set_to.get(key), value)
        }
        return replace(self._configured, **kept)

    def save(self, settings: Settings) -> None:
        """Remember the settings."""
        self._memory.save({"configured": asdict(self._configured), "settings": asdict(settings)})


def _mapping(stored: object) -> Mapping[str, Any]:
    return stored if isinstance(stored, Mapping) else {}


def _is_alike(stored: object, configured: float | str) -> bool:
    if isinstance(configured, str):
        return stored in PICTURE_MODES
    if isinstance(configured, bool):
        return isinstance(stored, bool)
    return isinstance(stored, int | float) and not isinstance(stored, bool)
