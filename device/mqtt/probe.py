"""A trial of the broker, for `facet check`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from device.mqtt.connection import Connection
from device.mqtt.negotiation import negotiate

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config import MqttSettings


def visit(
    settings: MqttSettings,
    on_message: Callable[[str, bytes, bool], None] = lambda _topic, _payload, _retained: None,
) -> Connection:
    """Connect once, under a client id of its own: the node's, used a second time, would push the node out.

    Args:
        settings: the node's own.
        on_message: as Connection's.

    Raises:
        LinkError: there is no connection; the text says why and what to do.
    """
    check_id = f"facet-check-{uuid4().hex[:8]}"
    return negotiate(settings, None, partial(Connection, settings, check_id, on_message=on_message))


def probe(settings: MqttSettings) -> str:
    """Connect once, and say in a sentence what was found.

    Raises:
        LinkError: there is no connection; the text says why and what to do.
    """
    connection = visit(settings)
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
