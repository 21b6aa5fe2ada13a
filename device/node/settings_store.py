"""The settings across restarts; when it is in doubt whether privacy is on, it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from device.config.sections.privacy import PICTURE_MODES
from device.entities.controls import CONTROLS
from device.entities.kinds import Number
from device.entities.settings import Settings
from device.errors import StoreError
from device.system.json_store import JsonStore

_LOG = logging.getLogger(__name__)

_CONFIGURED, _SETTINGS, _PRIVACY = "configured", "settings", "privacy"
# What Home Assistant may set; anything else was not set there.
_BOUNDS = {row.key: (row.minimum, row.maximum) for row in CONTROLS if isinstance(row, Number)}
_UNBOUNDED = (float("-inf"), float("inf"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings to start with, and why they are not those that were kept, if they are not."""

    settings: Settings
    fault: str | None = None


class SettingsStore:
    """Keeps the settings across restarts.

    What was set from Home Assistant holds until the YAML file itself has another value: the owner's later word wins,
    whichever way it came.

    Args:
        store: where they are kept.
        configured: what the YAML file says now.
    """

    def __init__(self, store: JsonStore, configured: Settings) -> None:
        self._store = store
        self._configured = configured

    def load(self) -> Loaded:
        """Return the settings to start with; privacy is on if those that were kept are damaged or cannot be read.

        The others are kept as far as they can be read. A damaged file is set aside, and replaced by one with privacy
        on: so it is after the next start as well.
        """
        try:
            stored = self._store.read()
            if stored is None:
                return Loaded(self._configured)
            self._require_privacy(stored)
            return Loaded(self._merged(stored))
        except StoreError as error:
            settings = replace(self._merged(error.readable), privacy=True)
            # One that stays where it is means privacy at the next start too.
            outcome = self._store.replace_damaged(_document(self._configured, settings))
            _LOG.error(
                "%s. %s; privacy is on until it is switched off, and what cannot be read is as the configuration says",
                error,
                outcome,
            )
            fault = f"{error.path.name} is damaged: privacy is on until it is switched off"
            return Loaded(settings, fault)

    def save(self, settings: Settings) -> None:
        """Keep the settings.

        Raises:
            StoreError: they could not be written; those from before are kept.
        """
        self._store.write(_document(self._configured, settings))

    def _require_privacy(self, stored: Mapping[str, Any]) -> None:
        for section in (_CONFIGURED, _SETTINGS):
            if not isinstance(_mapping(stored.get(section)).get(_PRIVACY), bool):
                found = "it is damaged: it does not say whether privacy is on"
                raise StoreError(self._store.path, found, stored)

    def _merged(self, stored: Mapping[str, Any]) -> Settings:
        before, set_to = _mapping(stored.get(_CONFIGURED)), _mapping(stored.get(_SETTINGS))
        set_since = {
            key: set_to[key]
            for key, value in asdict(self._configured).items()
            if key in set_to and before.get(key) == value
        }
        kept = {
            key: value
            for key, value in set_since.items()
            if _may_be_set(key, value, getattr(self._configured, key))
        }
        if dropped := sorted(set_since.keys() - kept.keys()):
            _LOG.warning(
                "%s: what it has as %s cannot be set in Home Assistant, and is as the configuration says",
                self._store.path,
                ", ".join(dropped),
            )
        return replace(self._configured, **kept)


def _document(configured: Settings, settings: Settings) -> dict[str, Any]:
    return {_CONFIGURED: asdict(configured), _SETTINGS: asdict(settings)}


def _mapping(stored: object) -> Mapping[str, Any]:
    return stored if isinstance(stored, Mapping) else {}


def _may_be_set(key: str, stored: object, configured: float | str) -> bool:
    match configured:
        case str():
            # Nothing beyond what the file allows.
            modes: tuple[str, ...] = PICTURE_MODES
            return stored in modes[: modes.index(configured) + 1]
        case bool():
            return isinstance(stored, bool)
        case _:
            minimum, maximum = _BOUNDS.get(key, _UNBOUNDED)
            is_number = isinstance(stored, int | float) and not isinstance(stored, bool)
            return is_number and minimum <= stored <= maximum  # type: ignore[operator]
