"""Which version of MQTT the node speaks with its broker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from device.errors import ProtocolRefusedError
from device.mqtt.connection import PATIENCE, Connection

if TYPE_CHECKING:
    from device.config import MqttSettings

_LOG = logging.getLogger(__name__)

# Seconds. A broker that reads MQTT 5 as 3.1.1 (amqtt 0.12 does) may wait for bytes that never come
# instead of answering that it does not know this version.
_GUESS_SECONDS = 3.0


def negotiate(
    settings: MqttSettings, spoken: str | None, make: Callable[[str], Connection]
) -> Connection:
    """Connect once, in the configured version of MQTT or, with auto, in the first that works.

    Args:
        settings: give the version.
        spoken: with auto, the version that worked before, if any did.
        make: returns a connection that is not open yet, for a version, "5" or "3.1.1".

    Raises:
        LinkError: there is no connection.
    """
    if settings.protocol != "auto":
        return _opened(make(settings.protocol))
    if spoken is not None:
        return _opened(make(spoken))
    try:
        return _opened(make("5"), _GUESS_SECONDS)
    except ProtocolRefusedError as error:
        _LOG.info("MQTT: %s. Trying 3.1.1, because mqtt.protocol is auto", error)
        return _opened(make("3.1.1"))


def _opened(connection: Connection, patience: float = PATIENCE) -> Connection:
    connection.open(patience)
    return connection
