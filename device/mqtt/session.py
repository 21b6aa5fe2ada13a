"""The client as which a connection presents itself to the broker."""

from __future__ import annotations

from dataclasses import dataclass

from device.mqtt.message import RetainedMessage

LONGEST_PACKET = 0x1_0000
"""Bytes, of one packet for the node: people who are shared have nearly as many, all else is far shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A client of the broker.

    Attributes:
        client_id: unique on the broker.
        will: what the broker publishes when the client vanishes without a word.
        longest_packet: bytes; the broker keeps longer packets to itself (MQTT 5 alone can ask for that). None
            is for a client that takes all.
        is_kept: the broker keeps the session, with what comes for it, while the client is away.
        quality: of service, 0 or 1, with which it subscribes. A session that is not kept loses with its connection what
            the broker has not delivered, with 1 too; and with 1 a broker delivers no more than some messages at a time,
            and throws away what comes during a flood of others.
    """

    client_id: str
    will: RetainedMessage | None = None
    longest_packet: int | None = LONGEST_PACKET
    is_kept: bool = False
    quality: int = 1
