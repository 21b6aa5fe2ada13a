"""Where the commands find the gallery of a node."""

from __future__ import annotations

from pathlib import Path

from device.config import Config, load
from device.errors import NobodyEnrolledError
from device.people.gallery_file import GalleryFile
from device.people.reader import PEOPLE

_SERVICE = Path("/etc/facet/facet.yaml")
# Systemd gives the service its state directory; who runs a command with the same file has to know it.
_STATE_OF_SERVICE = Path("/var/lib/facet")


def people_file(configuration: Path, service: Path = _SERVICE) -> Path:
    """Return where the gallery of a node is, or would be.

    Args:
        configuration: the node's YAML file.
        service: that of the installed service.

    Raises:
        ConfigError: the configuration has faults.
    """
    return state_directory(load(configuration), configuration, service) / PEOPLE


def open_people(configuration: Path, embedder: str | None = None) -> GalleryFile:
    """Return the gallery of a node in which somebody is, or was, enrolled.

    Args:
        configuration: the node's YAML file.
        embedder: see GalleryFile.open().

    Raises:
        ConfigError: the configuration has faults.
        NobodyEnrolledError: there is no gallery.
        GalleryError: it cannot be used.
    """
    path = people_file(configuration)
    try:
        is_there = path.exists()
    except PermissionError:
        is_there = True  # opening it says what to do
    if not is_there:
        message = f"nobody is enrolled: there is no {path}; `facet people enrol` and `facet people import` make it"
        raise NobodyEnrolledError(message)
    return GalleryFile.open(path, embedder)


def state_directory(config: Config, configuration: Path, service: Path = _SERVICE) -> Path:
    """Return where a node keeps what survives a restart.

    Args:
        config: the node's.
        configuration: the file that it is from.
        service: that of the installed service.
    """
    if configuration.absolute() == service and config.node.state_directory is None:
        return _STATE_OF_SERVICE
    return config.node.effective_state_directory
