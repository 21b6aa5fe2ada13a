"""root's side: takes what the node asks for and writes it, but for what decides about root's own work.

The section `updates` says which key must have signed what root installs: a node that was taken over could name its own
key, and with that be root. `node.state_directory` is where commands that root runs write, such as `facet page
password`. So these change in an editor only.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from device.config.key_path import KeyPath, dotted
from device.config.yaml.document import Value, read
from device.config.yaml.source import Drafts
from device.editing.contents import Contents, write_contents
from device.editing.request import (
    FOLDER,
    MAXIMUM_REQUEST_BYTES,
    REQUEST,
    RESULT,
    Request,
    Result,
)
from device.errors import ConfigError, FacetError, SettingsFileError
from device.system.atomic_write import atomic_write
from device.system.untrusted_folder import untrusted_folder

_OWNERS = (("updates",), ("node", "state_directory"))
# As Result allows.
_MAXIMUM_CHARACTERS = 1000
# The node, another user, reads the result.
_RESULT_MODE = 0o644
_NO_DRAFTS: Drafts = {}


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is on a node that install.sh has made; tests have others.

    Attributes:
        config: the owner's file.
        state: the node's state directory.
        result: where the result goes.
    """

    config: Path = Path("/etc/facet/facet.yaml")
    state: Path = Path("/var/lib/facet")
    result: Path = RESULT


def apply(places: Places) -> bool:
    """Do what the node asks for, and write down the result.

    Returns:
        Whether the files were written.
    """
    request: Request | None = None
    refusal: str | None = None
    try:
        request = _take(places.state)
        contents = Contents(request.settings, request.secrets)
        _require_owners_settings(places.config, contents)
        write_contents(places.config, contents)
    except (FacetError, OSError) as error:
        refusal = str(error)[:_MAXIMUM_CHARACTERS]
    sys.stdout.write(f"{refusal or f'{places.config} is written'}\n")
    result = Result(request=request.id if request else None, refusal=refusal)
    atomic_write(places.result, result.model_dump_json(), mode=_RESULT_MODE)
    return refusal is None


def _take(state: Path) -> Request:
    with untrusted_folder(state / FOLDER, SettingsFileError) as folder:
        try:
            data = b"".join(folder.read(REQUEST, MAXIMUM_REQUEST_BYTES))
        finally:
            # First of all: a request that fails would be there for ever, and so would facet-settings.path.
            folder.remove(REQUEST)
    try:
        return Request.model_validate_json(data)
    except ValidationError as error:
        message = f"{state / FOLDER / REQUEST} is not a request to write settings"
        raise SettingsFileError(message) from error


def _require_owners_settings(path: Path, contents: Contents) -> None:
    try:
        before = _read(path, _NO_DRAFTS)
    except ConfigError:
        before = {}  # with which root installs nothing
    after = _read(path, contents.drafts(path))
    for keys in _OWNERS:
        if _value(after, keys) != _value(before, keys):
            message = (
                f"{dotted(keys)} can be changed in {path} itself only, because root relies on it; "
                "leave it as it is there"
            )
            raise SettingsFileError(message)


def _read(path: Path, drafts: Drafts) -> Value:
    """Return the settings as root reads them, with what they take from secrets.yaml."""
    return read(path, {}, drafts).values


def _value(settings: Value, keys: KeyPath) -> Value:
    for key in keys:
        settings = settings.get(str(key)) if isinstance(settings, dict) else None
    return settings
