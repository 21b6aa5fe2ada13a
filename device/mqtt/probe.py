"""A trial of the broker, for `facet check`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from device.mqtt.connection import Connection
from device.mqtt.negotiation import negotiate

if TYPE_CHECKING:
    from device.config import MqttSettings


def probe(settings: MqttSettings) -> str:
    """Connect once, under a client id of its own, and say in a sentence what was found.

    Raises:
        LinkError: there is no connection; the text says why and what to do.
    """
    check_id = f"facet-check-{uuid4().hex[:8]}"
    connection = negotiate(settings, None, partial(Connection, settings, check_id))
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
