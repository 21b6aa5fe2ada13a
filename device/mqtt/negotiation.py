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
_GUESS_PATIENCE = 3.0


def negotiate(
    settings: MqttSettings, spoken: str | None, attempt: Callable[[str, float], Connection]
) -> Connection:
    """Connect once, in the configured version of MQTT or, with auto, in the first that works.

    Args:
        settings: say which version.
        spoken: with auto, the version that worked before, if any did.
        attempt: connects in a version, "5" or "3.1.1", with so many seconds for the answer.

    Raises:
        LinkError: there is no connection.
    """
    if settings.protocol != "auto":
        return attempt(settings.protocol, PATIENCE)
    if spoken is not None:
        return attempt(spoken, PATIENCE)
    try:
        return attempt("5", _GUESS_PATIENCE)
    except ProtocolRefusedError as error:
        _LOG.info("MQTT: %s. Trying 3.1.1, because mqtt.protocol is auto", error)
        return attempt("3.1.1", PATIENCE)
