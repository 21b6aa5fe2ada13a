"""The section `updates`."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from device.config.sections.fields import beside_configuration, explained
from device.config.sections.section import Section, conflict
from device.system.secret_address import SecretAddress, secret_address

_KEY_BYTES = 32
# With one slash, or none: as a path it could only be one that does not exist.
_IS_ALMOST_A_URL = re.compile(r"\s*(?:https?|ftps?|file):", re.IGNORECASE)


def _index(value: str, info: ValidationInfo) -> str:
    if re.match("(https|file)://[^/]*/", value):
        return value
    if "://" in value or _IS_ALMOST_A_URL.match(value):
        raise ValueError(value)
    return beside_configuration(Path(value), info).absolute().as_uri()


def key_bytes(text: str) -> bytes | None:
    """Return the 32 bytes of an Ed25519 key in base64; None for any other text. No path looks like a key by chance."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if len(data) == _KEY_BYTES else None


def _key(value: str, info: ValidationInfo) -> str:
    """Return a key unchanged, and the path of a file beside the configuration."""
    return value if key_bytes(value) else str(beside_configuration(Path(value), info))


Index: TypeAlias = Annotated[
    SecretAddress,
    secret_address(
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=500,
                json_schema_extra=explained(
                    "an address that begins with https:// or file://, or a path"
                ),
            ),
            AfterValidator(_index),
        ]
    ),
]
PublicKey: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        json_schema_extra=explained("the 44 characters of an Ed25519 key in base64, or a path"),
    ),
    AfterValidator(_key),
]


class UpdateSettings(Section):
    """Where the node looks for newer versions, and whether Home Assistant may install them."""

    index: Index | None = Field(
        None,
        title="Index",
        description="The document that lists the available versions; see [updates.md](updates.md). Without it the node "
        "only shows the version that was published at the broker. Of a URL only scheme, host and port are ever shown.",
    )
    check_interval: int = Field(
        86400,
        title="Check interval",
        description="Seconds between two checks of the index.",
        ge=60,
        le=2592000,
    )
    allow_install: bool = Field(
        False,
        title="Allow install",
        description="Whether a button in Home Assistant installs what the index offers. Needs `index` and "
        "`public_key`.",
    )
    public_key: PublicKey | None = Field(
        None,
        title="Public key",
        description="The key with which updates must be signed: what `python -m device.updates.sign key` "
        "prints, or a file that holds it.",
    )

    @model_validator(mode="after")
    def _needs_signed_updates(self) -> UpdateSettings:
        for needed in ("index", "public_key"):
            if self.allow_install and getattr(self, needed) is None:
                message = "is true without updates.{needed}; add it, or set allow_install: false"
                raise conflict(message, key="allow_install", needed=needed)
        return self
