"""The folder in which the node keeps what must survive a restart."""

from __future__ import annotations

import logging
from pathlib import Path

from device.config import Config
from device.errors import OutboxError, StateDirectoryError
from device.mqtt.outbox import IN_MEMORY, Outbox
from device.observation import utc_now
from device.supervision.boot_log import BootLog
from device.system.json_store import JsonStore
from device.system.known_secrets import KnownSecrets

_LOG = logging.getLogger(__name__)

_PRIVATE = 0o700

STARTS = "starts.json"
"""How the last starts ended: see supervision.boot_log."""
SETTINGS = "settings.json"
"""What was set in Home Assistant: see settings_store."""
STATE = "state.json"
"""The state document: see mqtt_sink."""
PERCEPTION = "perception.json"
"""Whether perception fails: see health."""
ANNOUNCED = "announced.json"
"""What Home Assistant was offered: see discovery.announced."""
FAREWELLS = "farewells.json"
"""What Home Assistant must forget, and under which topics the node was announced: see discovery.announced."""
PEOPLE_DEVICES = "people-devices.json"
"""Whom Home Assistant was offered, by their ids: see discovery.people_devices."""
PAGE = "page.json"
"""What the page's password is compared with: see web.security.passwords."""
OUTBOX = "outbox.sqlite"
"""Events on their way to the broker: see mqtt.outbox."""

_WRITTEN = (STARTS, SETTINGS, STATE, PERCEPTION, ANNOUNCED, FAREWELLS, PEOPLE_DEVICES, PAGE)


def make_state_directory(config: Config) -> Path:
    """Make the directory if it is not there, for the node's user alone, and return it.

    Raises:
        StateDirectoryError: it cannot be made.
    """
    directory = config.node.effective_state_directory
    try:
        directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        _make_private(directory)
    except OSError as error:
        message = (
            f"node.state_directory {directory} cannot be made: {error.strerror}; "
            "choose a folder you may write to"
        )
        raise StateDirectoryError(message) from error
    return directory


def _make_private(directory: Path) -> None:
    mode = directory.stat().st_mode & 0o777
    if mode == _PRIVATE:
        return
    try:
        directory.chmod(_PRIVATE)
    except OSError as error:
        # A read-only disk, or one without modes: what is in the folder can be read all the same.
        _LOG.warning(
            "node.state_directory %s stays readable by others (%o): %s",
            directory,
            mode,
            error.strerror,
        )


def remove_unfinished(directory: Path) -> None:
    """Remove what kills within a write have left behind; to be called while no other process writes there."""
    for name in _WRITTEN:
        unfinished = [*directory.glob(f".{name}.*"), directory / f"{Path(name).stem}.part"]
        for path in filter(Path.is_file, unfinished):
            try:
                path.unlink()
            except OSError as error:
                _LOG.warning("%s is left over and cannot be removed: %s", path, error.strerror)


def open_boot_log(config: Config) -> BootLog:
    """Return the record of how the node's last starts ended.

    Raises:
        StateDirectoryError: the state directory cannot be used.
    """
    store = JsonStore(make_state_directory(config) / STARTS)
    return BootLog.load(store, utc_now, KnownSecrets(config.secrets()).redact)


def open_outbox(directory: Path) -> Outbox:
    """Return the outbox on disk; on a disk that is full, read-only or broken, one in memory."""
    try:
        return Outbox.open(directory / OUTBOX)
    except OutboxError as error:
        _LOG.error("%s. Until the next start observations wait for the broker in memory", error)
        return Outbox.open(IN_MEMORY)
