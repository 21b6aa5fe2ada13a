"""The settings across restarts; when it is in doubt whether privacy is on, it is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from device.config.sections.privacy import PICTURE_MODES
from device.entities.settings import Settings
from device.errors import StoreError
from device.system.json_store import JsonStore

_LOG = logging.getLogger(__name__)

_CONFIGURED, _SETTINGS, _PRIVACY = "configured", "settings", "privacy"


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
        """Return the settings to start with; privacy is on if those that were kept cannot be read.

        A damaged file is kept aside, and replaced by one with privacy on: so it is after the next start as well.
        """
        try:
            stored = self._store.read()
            return Loaded(self._configured if stored is None else self._merged(stored))
        except StoreError as error:
            settings = replace(self._configured, privacy=True)
            _LOG.error("%s. Privacy is on until it is switched off", error)
            if self._store.keep_aside():
                self._store.save(_document(self._configured, settings))
            fault = f"{error.path.name} is damaged: privacy is on until it is switched off"
            return Loaded(settings, fault)

    def save(self, settings: Settings) -> None:
        """Keep the settings.

        Raises:
            StoreError: they could not be written; those from before are kept.
        """
        self._store.write(_document(self._configured, settings))

    def _merged(self, stored: Mapping[str, Any]) -> Settings:
        before, set_to = _mapping(stored.get(_CONFIGURED)), _mapping(stored.get(_SETTINGS))
        if not (isinstance(before.get(_PRIVACY), bool) and isinstance(set_to.get(_PRIVACY), bool)):
            raise StoreError(self._store.path, "it does not say whether privacy is on")
        kept = {
            key: set_to[key]
            for key, value in asdict(self._configured).items()
            if before.get(key) == value and _is_alike(set_to.get(key), value)
        }
        return replace(self._configured, **kept)


def _document(configured: Settings, settings: Settings) -> dict[str, Any]:
    return {_CONFIGURED: asdict(configured), _SETTINGS: asdict(settings)}


def _mapping(stored: object) -> Mapping[str, Any]:
    return stored if isinstance(stored, Mapping) else {}


def _is_alike(stored: object, configured: float | str) -> bool:
    if isinstance(configured, str):
        return stored in PICTURE_MODES
    if isinstance(configured, bool):
        return isinstance(stored, bool)
    return isinstance(stored, int | float) and not isinstance(stored, bool)
