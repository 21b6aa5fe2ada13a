"""The section `mqtt`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, model_validator

from device.config.sections.fields import File, Host, Topic, explained
from device.config.sections.section import Section, conflict

# IANA's registrations, "mqtt" and "secure-mqtt".
_PORT = 1883
_TLS_PORT = 8883


class TlsSettings(Section):
    """Encryption of the connection to the broker."""

    enabled: bool = Field(
        False, title="Enabled", description="Whether the connection to the broker uses TLS."
    )
    ca_file: File | None = Field(
        None,
        title="CA file",
        description="PEM file of the authority that signed the broker's certificate; if unset, those of the system.",
    )
    certificate_file: File | None = Field(
        None,
        title="Certificate file",
        description="PEM file of the node's own certificate; needs `key_file`.",
    )
    key_file: File | None = Field(
        None,
        title="Key file",
        description="PEM file of the private key of `certificate_file`, without a pass phrase.",
    )
    insecure_skip_verify: bool = Field(
        False,
        title="Skip verification",
        description="Accept any certificate. For experiments only: anyone can then pretend to be the broker.",
    )

    @model_validator(mode="after")
    def _belong_together(self) -> TlsSettings:
        pair = ("certificate_file", "key_file")
        if not self.enabled:
            for key in ("ca_file", *pair, "insecure_skip_verify"):
                if getattr(self, key):
                    message = "is set, but TLS is off; set mqtt.tls.enabled: true, or remove it"
                    raise conflict(message, key=key)
        if (self.certificate_file is None) != (self.key_file is None):
            given, other = pair if self.certificate_file else pair[::-1]
            message = "is set without {other}; give both, or neither"
            raise conflict(message, key=given, other=other)
        return self


def _version(value: object) -> object:
    """Accept YAML's bare 5 as the version it means."""
    return "5" if isinstance(value, int) and value == 5 else value  # noqa: PLR2004  MQTT's, named by the line above


class MqttSettings(Section):
    """The broker that Home Assistant is connected to."""

    host: Host = Field(
        title="Host",
        description="The broker's name or address. The only setting without a default.",
    )
    other_hosts: tuple[Host, ...] = Field(
        (),
        title="Other hosts",
        description="The other members of a broker's cluster, with the same port and the same users. The node begins "
        "with a random member, so that a fleet spreads over all of them, and goes on to the next one when it loses "
        "a member or cannot reach it.",
        strict=False,
    )
    port: int | None = Field(
        None,
        title="Port",
        description="TCP port; if unset, 1883, or 8883 with TLS.",
        ge=1,
        le=65535,
    )
    protocol: Annotated[
        Literal["auto", "5", "3.1.1"],
        BeforeValidator(_version, json_schema_input_type=Literal["auto", "5", "3.1.1", 5]),
    ] = Field(
        "auto",
        title="Protocol",
        description="MQTT version; auto uses 5, or 3.1.1 if the broker does not support 5 or does not answer it.",
    )
    username: str | None = Field(
        None,
        title="User name",
        description="The name by which the broker knows the node.",
        min_length=1,
    )
    password: SecretStr | None = Field(
        None,
        title="Password",
        description="Put it in quotes, because some characters have a meaning in YAML. Better keep it out of this "
        "file, with `!secret NAME` or `!env NAME`.",
    )
    client_id: str | None = Field(
        None,
        title="Client id",
        description="Each client of a broker needs a different one; if unset, facet- and the node's id.",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        json_schema_extra=explained("1 to 64 letters, digits, _ and -"),
    )
    keep_alive: int = Field(
        30,
        title="Keep alive",
        description="Seconds. A node that vanishes is shown as unavailable after one and a half times this interval.",
        ge=5,
        le=3600,
    )
    discovery_prefix: Topic = Field(
        "homeassistant",
        title="Discovery prefix",
        description="The same as in Home Assistant's MQTT integration, where it is seldom changed.",
    )
    discovery: Literal["full", "essential"] = Field(
        "full",
        title="Discovery",
        description="Which entities Home Assistant gets: all of them with full; with essential, for a home with many "
        "nodes, only the ten or so that most automations need. The node's documents and commands are the same with "
        "either.",
    )
    base_topic: Topic = Field(
        "facet",
        title="Base topic",
        description="All topics of the node start with it, followed by the node's id.",
    )
    wait_for_home_assistant: float = Field(
        30,
        title="Wait for Home Assistant",
        description="For how many seconds after a connection events wait for a Home Assistant that was there before. "
        "If it has said that it stops, they wait until it is back. 0 sends at once, whether or not it is there.",
        ge=0,
        le=3600,
    )
    tls: TlsSettings = Field(
        TlsSettings(),
        title="TLS",
        description="Encryption of the connection to the broker.",
    )

    @property
    def effective_port(self) -> int:
        """The configured port, or the usual one with or without TLS."""
        return self.port or (_TLS_PORT if self.tls.enabled else _PORT)

    def members(self) -> tuple[MqttSettings, ...]:
        """Return these settings once for each member of the cluster, `host` first; each names that member alone."""
        hosts = dict.fromkeys((self.host, *self.other_hosts))
        return tuple(self.model_copy(update={"host": host, "other_hosts": ()}) for host in hosts)

    @model_validator(mode="after")
    def _password_has_user_name(self) -> MqttSettings:
        if self.password is not None and self.username is None:
            # MQTT 3.1.1, 3.1.2.9: without a user name there must be no password.
            message = "is set without mqtt.username; set both, or neither"
            raise conflict(message, key="password")
        return self

    @model_validator(mode="after")
    def _password_is_not_lost(self, info: ValidationInfo) -> MqttSettings:
        blank = (info.context or {}).get("blank", ())
        if self.username is not None and self.password is None and ("mqtt", "password") in blank:
            # To YAML, `password: #x` is a comment.
            message = (
                "is empty beside mqtt.username; put it in quotes, above all if it begins with #; "
                'for a broker that needs none, remove the line or write ""'
            )
            raise conflict(message, key="password")
        return self
