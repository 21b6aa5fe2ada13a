"""What the owner answers, as changes of the node's file; each can be tried before any of it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from device.config.sections.node import Language, NodeSettings
from device.editing.splice import Keys, Secret, Value

PASSWORD = "mqtt_password"  # noqa: S105 - the name of a secret
"""In secrets.yaml, as the example has it."""

_Text = Annotated[str, Field(max_length=500)]


# What a Pi, a Debian and a container are called before anybody names them.
_NAMELESS = re.compile(r"(raspberrypi|raspberry|debian|localhost|[0-9a-f]{12})?")
_NOT_IN_ID = re.compile(r"[^a-z0-9_-]+")
_LONGEST_ID = 32


def named_like(host: str, node: NodeSettings) -> NodeSettings:
    """Return what a node may be called: as its machine is, unless its owner has named either already.

    Two nodes with the same id would push each other off the broker.

    Args:
        host: the machine's name.
        node: what its file says so far.
    """
    id_ = _NOT_IN_ID.sub("-", host.lower()).strip("-")[:_LONGEST_ID]
    usual = NodeSettings()
    if not id_ or _NAMELESS.fullmatch(id_) or (node.id, node.name) != (usual.id, usual.name):
        return node
    return node.model_copy(update={"id": id_, "name": id_.replace("-", " ").capitalize()})


class _Answers(BaseModel):
    model_config = ConfigDict(
        defer_build=True, frozen=True, strict=True, extra="forbid", hide_input_in_errors=True
    )


class BrokerAnswer(_Answers):
    """Which broker, and as whom.

    Attributes:
        host: its name or address.
        port: None for the usual one.
        is_tls: whether it is spoken to over TLS.
        ca_file: of the authority that signed its certificate; None for those of the system.
        username: None for a broker that asks for none.
        password: None for none.
    """

    host: _Text
    port: int | None = None
    is_tls: bool = False
    ca_file: _Text | None = None
    username: _Text | None = None
    password: SecretStr | None = None

    def changes(self) -> dict[Keys, Value | None]:
        """Return the settings; what is not answered is taken out."""
        has_password = self.password is not None
        return {
            ("mqtt", "host"): self.host,
            ("mqtt", "port"): self.port,
            ("mqtt", "username"): self.username,
            ("mqtt", "password"): Secret(PASSWORD) if has_password else None,
            ("mqtt", "tls", "enabled"): True if self.is_tls else None,
            ("mqtt", "tls", "ca_file"): self.ca_file,
        }

    def secrets(self) -> dict[str, str]:
        """Return the secrets."""
        return {} if self.password is None else {PASSWORD: self.password.get_secret_value()}


class SetupAnswers(_Answers):
    """Everything.

    Attributes:
        broker: which one.
        name: the node's, in Home Assistant.
        id: the node's, in topics.
        language: of its entities' names.
        camera: the source; None keeps what the file says.
        button: the BCM number of its pin; None for a node without one.
        motion: as button, of the motion sensor.
        keeps_page: whether the node serves its page from then on.
    """

    broker: BrokerAnswer
    name: _Text
    id: _Text
    language: Language = "en"
    camera: _Text | None = None
    button: int | None = None
    motion: int | None = None
    keeps_page: bool = False

    def changes(self) -> dict[Keys, Value | None]:
        """Return the settings; what has a default is written only where it is another."""
        return {**self.broker.changes(), **dict(self._others())}

    def _others(self) -> Iterator[tuple[Keys, Value | None]]:
        yield ("node", "id"), self.id
        yield ("node", "name"), self.name
        yield ("node", "language"), self.language
        if self.camera is not None:
            yield ("camera", "source"), self.camera
        if self.button is not None:
            yield ("triggers", "button", "pin"), self.button
        if self.motion is not None:
            yield ("triggers", "motion", "pin"), self.motion
        if self.keeps_page:
            yield ("page", "enabled"), True
