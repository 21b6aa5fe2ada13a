"""What a bug report needs, without a password or a picture, of a node that runs or of a file that names one."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml

from device import __version__
from device.config import Config
from device.errors import StoreError
from device.node.state_directory import STARTS
from device.observation import utc_now
from device.system.json_store import JsonStore
from device.system.known_secrets import KnownSecrets
from device.system.machine import machine

_UNIT = "facet.service"
_LOG_LINES = 2000
_JOURNAL_SECONDS = 30.0


def about_the_machine() -> tuple[str, str]:
    """Return the file with versions and devices."""
    return "system.json", json.dumps(_system(), indent=2)


def about_the_node(
    config: Config, secrets: KnownSecrets, tried: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield the files with settings, checks and what the node keeps: names and texts.

    Args:
        config: the node's.
        secrets: that are taken out.
        tried: the outcome for each part.
    """
    settings = secrets.redact_json(config.model_dump(mode="json"))
    yield "facet.yaml", yaml.safe_dump(settings, sort_keys=False)
    yield "check.json", json.dumps([secrets.redact_json(dict(each)) for each in tried], indent=2)
    yield "node.json", json.dumps(secrets.redact_json(_node(config)), indent=2)


def about_the_log(secrets: KnownSecrets) -> Iterator[tuple[str, str]]:
    """Yield the file with the service's log, where there is one."""
    if journal := _journal():
        # What an earlier release or a library logged may hold an address as a whole.
        yield "journal.log", secrets.redact(journal)


def packed(files: Mapping[str, str]) -> bytes:
    """Return files as a .zip."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return archive.getvalue()


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
        "starts": _starts(directory),
        "state_directory": {
            name: {"bytes": stat.st_size, "mode": f"{stat.st_mode & 0o7777:o}"}
            for name, stat in files.items()
        },
    }


def _starts(directory: Path) -> Mapping[str, Any] | str | None:
    """Return how the node's last starts ended; the file is left as it is, which the node itself replaces if need be."""
    try:
        return JsonStore(directory / STARTS).read()
    except StoreError as error:
        return str(error)


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
