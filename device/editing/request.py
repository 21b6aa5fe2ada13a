"""The node asks root to write its files: the service itself may read them only."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device.config.yaml.source import MAX_BYTES
from device.editing.contents import Contents
from device.errors import SettingsFileError
from device.system.atomic_write import atomic_write

FOLDER = "settings"
"""In the node's state directory: what root is asked to write. facet-settings.path watches it."""
REQUEST = "request"
RESULT = Path("/opt/facet/settings-result.json")
"""root's result, which the node may read."""
MAXIMUM_REQUEST_BYTES = 8 * MAX_BYTES
"""Two files, in JSON."""

_MAXIMUM_RESULT_BYTES = 4096
_PRIVATE = 0o700
# Seconds. Root's Python takes three on the slowest board.
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.2


class Request(BaseModel):
    """What root is asked to write.

    Attributes:
        id: tells the result of this request from those of others.
        settings: of facet.yaml.
        secrets: of secrets.yaml; None leaves that as it is.
    """

    model_config = ConfigDict(
        defer_build=True, frozen=True, strict=True, extra="forbid", hide_input_in_errors=True
    )

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    settings: str
    secrets: str | None


class Result(BaseModel):
    """What became of a request.

    Attributes:
        request: its id; None when it could not be read.
        refusal: why nothing was written; None when it was.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    request: str | None
    refusal: str | None = Field(max_length=1000)


def ask_root(
    contents: Contents, state: Path, result: Path = RESULT, patience: float = _PATIENCE_SECONDS
) -> None:
    """Have root write the files, and wait until they are written.

    Args:
        contents: what they are to hold.
        state: the node's state directory.
        result: where root writes what became of it.
        patience: seconds that root has.

    Raises:
        SettingsFileError: root refuses, or does not answer.
    """
    request = Request(id=uuid4().hex, settings=contents.settings, secrets=contents.secrets)
    folder = state / FOLDER
    try:
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
        atomic_write(folder / REQUEST, request.model_dump_json(), mode=0o600)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror}; free space on the disk"
        raise SettingsFileError(message) from error
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = _read_result(result)
        if found is not None and found.request == request.id:
            if found.refusal is not None:
                raise SettingsFileError(found.refusal)
            return
        time.sleep(_LOOK_SECONDS)
    (folder / REQUEST).unlink(missing_ok=True)
    message = (
        f"root did not write the settings within {patience:g} s; "
        "is facet-settings.path active? journalctl --unit facet-settings says more"
    )
    raise SettingsFileError(message)


def _read_result(path: Path) -> Result | None:
    try:
        with path.open("rb") as file:
            return Result.model_validate_json(file.read(_MAXIMUM_RESULT_BYTES))
    except (OSError, ValidationError):
        return None
