"""The section `page`."""

from __future__ import annotations

from pydantic import Field, model_validator

from device.config.sections.fields import File, Host
from device.config.sections.section import Section, conflict


class PageSettings(Section):
    """The node's own page: a small web server for its owner's browser."""

    enabled: bool = Field(
        False,
        title="Enabled",
        description="Whether the node serves its page. `facet page password` makes the password that opens it.",
    )
    port: int = Field(
        8420,
        title="Port",
        description="TCP port of the page, on all addresses of the node.",
        ge=1024,
        le=65535,
    )
    names: tuple[Host, ...] = Field(
        (),
        title="Names",
        description="Further names under which browsers reach the node, such as `hall.example.org`. Its addresses, its "
        "host name and that name with `.local` always work. Under any other name the page refuses to answer, so that "
        "another site cannot pretend to be the page.",
        strict=False,
    )
    live: bool = Field(
        True,
        title="Live",
        description="Whether the page shows what the camera sees to everybody who logs in, whatever `privacy.picture` "
        "is. In privacy it never does.",
    )
    certificate_file: File | None = Field(
        None,
        title="Certificate file",
        description="PEM file of the certificate with which the page is served by https; needs `key_file`.",
    )
    key_file: File | None = Field(
        None,
        title="Key file",
        description="PEM file of the private key of `certificate_file`, without a pass phrase.",
    )

    @model_validator(mode="after")
    def _belong_together(self) -> PageSettings:
        pair = ("certificate_file", "key_file")
        if (self.certificate_file is None) != (self.key_file is None):
            given, other = pair if self.certificate_file else pair[::-1]
            message = "is set without page.{other}; give both, or neither"
            raise conflict(message, key=given, other=other)
        return self

    def url(self, host: str) -> str:
        """Return the address of the page on a host."""
        scheme = "http" if self.certificate_file is None else "https"
        return f"{scheme}://{host}:{self.port}/"
