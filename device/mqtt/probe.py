"""A trial of the broker, for `facet check`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from device.mqtt.connection import Connection, Handlers
from device.mqtt.negotiation import negotiate
from device.mqtt.session import Session

if TYPE_CHECKING:
    from device.config import MqttSettings


def probe(settings: MqttSettings) -> str:
    """Connect once, and report in a sentence what was found.

    The client id is a random one: the node's, used a second time, would push the node out.

    Raises:
        LinkError: there is no connection; the text says why and what to do.
    """
    session = Session(client_id=f"facet-check-{uuid4().hex[:8]}")
    connection = negotiate(
        settings, None, lambda version: Connection(settings, session, version, Handlers())
    )
    connection.close()
    tls = settings.tls
    secrecy = "without TLS"
    if tls.enabled:
        secrecy = "over TLS, NOT verified" if tls.insecure_skip_verify else "over TLS"
    name = f"user {settings.username!r}" if settings.username is not None else "no user name"
    return (
        f"{settings.host}:{settings.effective_port} speaks MQTT {connection.version} {secrecy} "
        f"and welcomes {name}"
    )
