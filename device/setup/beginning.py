"""When a node begins with its setup: it has no broker, and nothing else is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from device.config import Config, load
from device.config.yaml.document import Document, read
from device.config.yaml.source import compose
from device.editing.settings_file import SettingsFile
from device.errors import ConfigError

_SECTION, _KEY = "mqtt", "host"


def is_without_broker(path: Path, environment: Mapping[str, str]) -> bool:
    """Return whether a node's file is not there, is empty, or names no broker, and has no other fault.

    Args:
        path: the YAML file.
        environment: the variables that !env reads.
    """
    try:
        if not path.exists() or compose(path, {}) is None:
            return True
        document = read(path, environment)
    except (ConfigError, OSError):
        return False  # loading it reports what is wrong
    try:
        load(path, environment)
    except ConfigError as error:
        about = {fault.path for fault in error.faults}
    else:
        return False
    return about <= {_SECTION, f"{_SECTION}.{_KEY}"} and _names_no_host(document)


def configured_so_far(file: SettingsFile) -> Config:
    """Return what the file of a node without a broker says about all else.

    Raises:
        ConfigError: it has faults.
    """
    return file.preview({(_SECTION, _KEY): "localhost"})


def _names_no_host(document: Document) -> bool:
    section = (_SECTION,)
    if section not in document.lines or section in document.blank:
        return True
    host = (_SECTION, _KEY)
    is_section = isinstance(document.values[_SECTION], dict)
    return is_section and (host not in document.lines or host in document.blank)
