"""What can be switched and set from Home Assistant, and its memory across restarts."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from device.config import Config

_LOG = logging.getLogger(__name__)
_FILE = "settings.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """The node's switches and numbers; the field names are the keys of their entities.

    Attributes:
        privacy: the camera is released and nothing is looked at.
        motion_trigger: motion starts a capture.
        threshold_offset: added to every attribute's threshold.
        motion_cool_down: seconds after a capture by motion in which motion is ignored.
    """

    privacy: bool
    motion_trigger: bool
    threshold_offset: float
    motion_cool_down: float

    @classmethod
    def configured(cls, config: Config) -> Settings:
        """Return what the YAML file says."""
        motion = config.triggers.motion
        return cls(
            privacy=config.privacy.enabled,
            motion_trigger=motion is not None and motion.armed,
            threshold_offset=config.attributes.threshold_offset,
            motion_cool_down=motion.cool_down if motion else 0.0,
        )


class SettingsStore:
    """Keeps the settings in the state directory.

    What was set from Home Assistant holds until the YAML file itself says something new: the later word of the owner
    wins, whichever way it was spoken.

    Args:
        directory: must exist.
        configured: what the YAML file says now.
    """

    def __init__(self, directory: Path, configured: Settings) -> None:
        self._path = directory / _FILE
        self._configured = configured

    def load(self) -> Settings:
        """Return the settings to start with. A file that cannot be read is reported and counts as none."""
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            before, set_to = stored["configured"], stored["settings"]
            kept = {
                key: set_to[key]
                for key, value in asdict(self._configured).items()
                if before[key] == value and _is_alike(set_to[key], value)
            }
        except FileNotFoundError:
            return self._configured
        except (OSError, ValueError, KeyError, TypeError) as error:
            _LOG.warning("%s cannot be read (%s); the configuration's values hold", self._path, error)
            return self._configured
        return replace(self._configured, **kept)

    def save(self, settings: Settings) -> None:
        """Remember the settings. A disk that refuses is reported; the settings hold until the node stops."""
        text = json.dumps({"configured": asdict(self._configured), "settings": asdict(settings)})
        unfinished = self._path.with_suffix(".part")
        try:
            unfinished.write_text(text, encoding="utf-8")
            os.replace(unfinished, self._path)
        except OSError as error:
            _LOG.error("%s cannot be written (%s); settings are lost at the next restart", self._path, error)


def _is_alike(stored: Any, configured: bool | float) -> bool:
    if isinstance(configured, bool):
        return isinstance(stored, bool)
    return isinstance(stored, int | float) and not isinstance(stored, bool)
