"""`facet diagnostics`: what a bug report needs, in one archive, without a password or a picture."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from device.config import ConfigError, load
from device.errors import DiagnosticsError
from device.node.diagnostics import about_the_log, about_the_machine, about_the_node, packed
from device.node.trials import trials
from device.system.atomic_write import atomic_write
from device.system.known_secrets import KnownSecrets


def write_diagnostics(configuration: Path, archive: Path) -> list[str]:
    """Write the archive, and return the names of its files.

    Args:
        configuration: the node's YAML file; if it has faults, they are in the archive instead.
        archive: a .zip, readable only by its owner; an existing one is replaced.

    Raises:
        DiagnosticsError: the archive cannot be written, or would replace a file that is not one.
    """
    if archive.is_file() and archive.stat().st_size and not zipfile.is_zipfile(archive):
        message = (
            f"--out {archive} exists and is not an archive; it was not replaced: name another place"
        )
        raise DiagnosticsError(message)
    files = dict(_files(configuration))
    try:
        atomic_write(archive, packed(files), mode=0o600)
    except OSError as error:
        message = f"--out {archive} cannot be written: {error.strerror}; name another place"
        raise DiagnosticsError(message) from error
    return list(files)


def _files(configuration: Path) -> Iterator[tuple[str, str]]:
    yield about_the_machine()
    secrets = KnownSecrets()
    try:
        config = load(configuration)
    except ConfigError as error:
        yield "faults.txt", secrets.redact(str(error))
    else:
        secrets.learn(config.secrets())
        yield from about_the_node(config, secrets, (asdict(trial) for trial in trials(config)))
    yield from about_the_log(secrets)
