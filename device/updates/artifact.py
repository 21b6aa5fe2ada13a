"""What can be installed, and the statement about it that the maintainer signs. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ConfigDict, Field

from device.errors import UpdateError

SOFTWARE = "facet-node"
"""The software's name in statements: its distribution's."""
MAXIMUM_BYTES = 64 * 2**20
"""Of a wheel, and of each file of a model. The largest so far is a wheel of 30 MB."""

VersionText: TypeAlias = Annotated[
    str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,9}){1,3}((a|b|rc)[0-9]{1,9})?$")
]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Signature: TypeAlias = Annotated[str, Field(min_length=88, max_length=88)]
"""64 bytes in base64."""


class Kind(StrEnum):
    """What is installed."""

    SOFTWARE = "software"
    MODEL = "model"


class Artifact(BaseModel):
    """One file that can be installed.

    Attributes:
        kind: a wheel or a model.
        name: SOFTWARE, or the model's.
        version: as PEP 440 orders them.
        sha256: of the file, in hexadecimal digits.
        signature: Ed25519 over the statement, in base64.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, strict=True, extra="forbid")

    kind: Kind
    name: Name
    version: VersionText
    sha256: Sha256
    signature: Signature

    @property
    def statement(self) -> bytes:
        """What is signed. The version is in it: an old file with its old signature cannot pass for a new one."""
        lines = ("facet update 1", self.kind, self.name, self.version, self.sha256, "")
        return "\n".join(lines).encode("ascii")

    def require_newer_than(self, installed: str) -> None:
        """Reject a version that is not newer than the installed one.

        Raises:
            UpdateError: it is not.
        """
        if not is_newer(self.version, installed):
            message = f"{self}: {installed} is installed, and updates never go back"
            raise UpdateError(message)

    def __str__(self) -> str:
        """Return name and version."""
        return f"{self.name} {self.version}"


def is_newer(version: str, installed: str) -> bool:
    """Whether a version comes after the installed one; if either is not a version, it does."""
    try:
        return Version(version) > Version(installed)
    except InvalidVersion:
        return True
