"""The two documents that node and root exchange, each in a folder that only its writer may write to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from device.updates.artifact import Artifact, Kind

FOLDER = "update"
"""In the node's state directory: what root is asked to install. facet-update.path watches it."""
REQUEST = "request"
ARTIFACT = "artifact"
RESULT = Path("/opt/facet/update-result.json")
"""root's result, which the node may read."""

MAXIMUM_DOCUMENT_BYTES = 4096
"""Of either document."""


class Request(BaseModel):
    """What the node asks for; the file lies in the same folder.

    Attributes:
        id: tells the result of this request from those of others.
        artifact: what the file claims to be.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    artifact: Artifact


class Result(BaseModel):
    """What became of a request.

    Attributes:
        request: its id; None when it could not be read.
        at: when, in UTC.
        is_installed: whether the new version runs.
        message: one sentence for the owner.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    request: str | None
    at: datetime
    kind: Kind | None
    is_installed: bool
    message: str = Field(max_length=1000)


def read_result(path: Path) -> Result | None:
    """Return root's last result; None when there is none, or it cannot be read."""
    try:
        with path.open("rb") as file:
            return Result.model_validate_json(file.read(MAXIMUM_DOCUMENT_BYTES))
    except (OSError, ValidationError):
        return None
