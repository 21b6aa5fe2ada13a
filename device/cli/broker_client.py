"""The commands' own connection with the broker, whose failure is an error of their option --broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from device.config import MqttSettings
from device.errors import FacetError, LinkError
from device.mqtt.listener import Listener


@contextmanager
def broker_client(
    settings: MqttSettings, *topics: str, error: type[FacetError]
) -> Iterator[Listener]:
    """Give a client that is connected and subscribed.

    Args:
        settings: the broker's.
        topics: may have wildcards.
        error: of the command.

    Raises:
        FacetError: of the given class: the broker cannot be reached.
    """
    client = Listener(settings, *topics)
    try:
        client.open()
    except LinkError as cause:
        place = f"{settings.host}:{settings.effective_port}"
        message = f"--broker {place} cannot be reached: {cause}"
        raise error(message) from cause
    try:
        yield client
    finally:
        client.close()
