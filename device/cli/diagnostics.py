"""`facet diagnostics`: what a bug report needs, in one archive, without a password or a picture."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from device import __version__
from device.config import Config, ConfigError, load
from device.errors import DiagnosticsError
from device.node.state_directory import STARTS
from device.node.trials import trials
from device.observation import utc_now
from device.system.atomic_write import atomic_write
from device.system.json_store import JsonStore
from device.system.known_secrets import KnownSecrets
from device.system.machine import machine

_UNIT = "facet.service"
_LOG_LINES = 2000
_JOURNAL_SECONDS = 30.0


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
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    try:
        atomic_write(archive, packed.getvalue(), mode=0o600)
    except OSError as error:
        message = f"--out {archive} cannot be written: {error.strerror}; name another place"
        raise DiagnosticsError(message) from error
    return list(files)


def _files(configuration: Path) -> Iterator[tuple[str, str]]:
    yield "system.json", json.dumps(_system(), indent=2)
    secrets = KnownSecrets()
    try:
        config = load(configuration)
    except ConfigError as error:
        yield "faults.txt", secrets.redact(str(error))
    else:
        secrets.learn(config.secrets())
        settings = secrets.redact_json(config.model_dump(mode="json"))
        tried = [secrets.redact_json(asdict(trial)) for trial in trials(config)]
        yield "facet.yaml", yaml.safe_dump(settings, sort_keys=False)
        yield "check.json", json.dumps(tried, indent=2)
        yield "node.json", json.dumps(secrets.redact_json(_node(config)), indent=2)
    if journal := _journal():
        # What an earlier release or a library logged may hold an address as a whole.
        yield "journal.log", secrets.redact(journal)


def _system() -> dict[str, Any]:
    return {
        "written_at": utc_now().isoformat(timespec="seconds"),
        "facet": __version__,
        "python": platform.python_version(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME"),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "board": machine().model,
        "packages": {package.name: package.version for package in distributions()},
        "cameras": sorted(str(path) for path in Path("/dev/v4l/by-id").glob("*")),
        "video_devices": sorted(str(path) for path in Path("/dev").glob("video*")),
    }


def _node(config: Config) -> dict[str, Any]:
    directory = config.node.effective_state_directory
    try:
        files = {path.name: path.stat() for path in sorted(directory.iterdir())}
    except OSError as error:
        return {"state_directory": f"{directory} cannot be read: {error.strerror}"}
    return {
        "starts": JsonStore(directory / STARTS).load(),
        "state_directory": {
            name: {"bytes": stat.st_size, "mode": f"{stat.st_mode & 0o7777:o}"}
            for name, stat in files.items()
        },
    }


def _journal() -> str | None:
    """Return the end of the service's log; None if there is no journal."""
    journalctl = shutil.which("journalctl")
    if journalctl is None:
        return None
    command = [journalctl, "--unit", _UNIT, "--lines", str(_LOG_LINES), "--no-pager", "--quiet"]
    try:
        ended = subprocess.run(  # noqa: S603 - a fixed command
            command, capture_output=True, text=True, timeout=_JOURNAL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the journal could not be read: {error}"
    return ended.stdout or ended.stderr or None
