"""What is wrong with the broker, the way to it, or what waits for it."""

from __future__ import annotations

from device.errors.facet import FacetError


class LinkError(FacetError, ConnectionError):
    """There is no connection with the broker.

    Attributes:
        needs_owner: the cause does not go away by itself, so that the next attempt can wait.
    """

    needs_owner = False


class RefusedError(LinkError):
    """The broker answered that it does not accept this client."""

    needs_owner = True


class ProtocolRefusedError(LinkError):
    """The broker does not support this version of MQTT, or hung up when the client used it."""


class HungUpError(LinkError):
    """The broker ended the connection without a word."""


class ViolationError(LinkError):
    """The broker sent what no broker may send."""


class AbsentError(LinkError):
    """Nothing listens at the broker's address, or no way leads there: the attempt cost next to nothing."""


class TlsFileError(LinkError):
    """A file of mqtt.tls cannot be used."""

    needs_owner = True


class OutboxError(FacetError, OSError):
    """The events cannot be written to the disk."""


class OutboxInUseError(FacetError):
    """Two nodes would send each other's events."""
