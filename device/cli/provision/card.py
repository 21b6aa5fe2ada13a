"""The description of one node's card: the options of `facet provision`, or one line of its table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, TypeAlias

from pydantic import Field, model_validator

from device.config.sections.fields import File, Host, Pin, Slug, bcm_number, explained
from device.config.sections.node import Language
from device.config.sections.section import Section, conflict

# RFC 1123, 2.1, with 63 characters at most; lower case, as mDNS and DHCP servers show it.
_HOST_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

HostName: TypeAlias = Annotated[
    str,
    Field(
        pattern=rf"^{_HOST_LABEL}$",
        json_schema_extra=explained("1 to 63 lower-case letters, digits and -, without a domain"),
    ),
]
"""The Pi's name."""

_Country: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[A-Z]{2}$",
        json_schema_extra=explained("two upper-case letters, such as DE, FR, GB or US"),
    ),
]
_User: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_-]{0,31}$",
        json_schema_extra=explained(
            "up to 32 lower-case letters, digits, _ and -, beginning with a letter"
        ),
    ),
]
_MAX_SSID_BYTES = 32


class Card(Section):
    """One node. Each field has the name of its option, with _ in place of -."""

    node: Slug
    host: Host
    hostname: HostName | None = None
    name: str | None = Field(None, min_length=1, max_length=64)
    area: str | None = Field(None, min_length=1, max_length=64)
    language: Language | None = None
    button: Pin | None = None
    motion: Pin | None = None
    port: int | None = Field(None, ge=1, le=65535)
    username: str | None = Field(None, min_length=1, max_length=64, pattern=r"^[^:\s]+$")
    password_file: File | None = None
    anonymous: bool = False
    tls: bool = False
    ca_file: File | None = None
    certificate_file: File | None = None
    key_file: File | None = None
    wifi: str | None = Field(None, min_length=1, max_length=_MAX_SSID_BYTES)
    wifi_country: _Country | None = None
    wifi_password_file: File | None = None
    user: _User = "pi"
    ssh_key: File | None = None

    @property
    def effective_hostname(self) -> str:
        """The given name, or the node's id in the form of a host name."""
        return self.hostname or self.node.lower().replace("_", "-").strip("-")

    @property
    def effective_username(self) -> str | None:
        """The given name, or the node's id, as the access list expects; None for a broker without users."""
        return None if self.anonymous else self.username or self.node

    @property
    def is_encrypted(self) -> bool:
        """Whether the node uses TLS: it is requested, or an authority or a certificate is given."""
        return self.tls or self.ca_file is not None or self.certificate_file is not None

    @model_validator(mode="after")
    def _fits_together(self) -> Card:
        for key, message in self._conflicts():
            raise conflict(message, key=key)
        return self

    def _conflicts(self) -> Iterator[tuple[str, str]]:
        if not re.fullmatch(_HOST_LABEL, self.effective_hostname):
            yield "hostname", "the node's id cannot be used as a host name; give one"
        if self.user in {"root", "facet"}:
            yield "user", "is a user of the system; give another name"
        if self.anonymous and (self.username or self.password_file):
            yield "anonymous", "cannot be combined with a user name or a password"
        if (self.certificate_file is None) != (self.key_file is None):
            yield "key_file", "belongs to certificate_file; give both, or neither"
        if self.button is not None and bcm_number(self.button) == bcm_number(self.motion or ""):
            yield "motion", "is the pin of the button too; give each a different one"
        yield from self._wifi_conflicts()

    def _wifi_conflicts(self) -> Iterator[tuple[str, str]]:
        if self.wifi is None:
            for key in ("wifi_country", "wifi_password_file"):
                if getattr(self, key) is not None:
                    yield key, "is given without a network; give wifi too"
        elif self.wifi_country is None:
            yield "wifi_country", "is missing; the radio stays off until it knows the country"
        elif len(self.wifi.encode()) > _MAX_SSID_BYTES:
            yield (
                "wifi",
                f"is longer than {_MAX_SSID_BYTES} bytes, which is the limit for a network's name",
            )
