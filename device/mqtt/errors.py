"""Why there is no connection with the broker, in words that name the setting and the next step."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.errors import (
    AbsentError,
    HungUpError,
    LinkError,
    ProtocolRefusedError,
    RefusedError,
    ViolationError,
)

if TYPE_CHECKING:
    from device.config import MqttSettings

# MQTT 5, section 3.2.2.2. paho translates the answers of MQTT 3.1.1 into these.
_UNSPECIFIED = 0x80
_UNSUPPORTED_PROTOCOL = 0x84
_BAD_CLIENT_ID = 0x85
_BAD_CREDENTIALS = frozenset({0x86, 0x87, 0x8C})
_TAKEN_OVER = 0x8E
_BUSY = frozenset({0x88, 0x89, 0x97, 0x9F})
# 3.4.2.1: unspecified, implementation specific, and a quota. RabbitMQ answers with the second while somebody's
# subscription is on a member that has just died.
_FOR_NOW = frozenset({_UNSPECIFIED, 0x83, 0x97})
# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL.
_WRONG_NAME = frozenset({62, 64})
# What the kernel answers while the broker's machine is off, or the node's own network not up yet.
_NO_WAY = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})
# X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_NOT_YET_VALID, _EXPIRED = 9, 10

_SENT_AGAIN = (
    "they are dropped with this connection, and sent again over the next if they must not be lost. "
    "Its log may say why"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The reason code in an answer of the broker (MQTT 5, section 2.4).

    Attributes:
        code: its number.
        name: its name.
    """

    code: int
    name: str

    @property
    def is_failure(self) -> bool:
        """Whether the broker refuses what it answers."""
        return self.code >= _UNSPECIFIED

    @property
    def is_for_now(self) -> bool:
        """Whether a message that was refused so may be taken a little later."""
        return self.code in _FOR_NOW


def refused(settings: MqttSettings, version: str, reason: Reason) -> LinkError:
    """Return the error for a broker that answered CONNECT with a reason to refuse."""
    broker = broker_at(settings)
    why = reason.name
    code = reason.code
    if code == _UNSUPPORTED_PROTOCOL:
        return ProtocolRefusedError(
            f"{broker} does not speak MQTT {version}; mqtt.protocol: auto finds what it speaks"
        )
    if code in _BAD_CREDENTIALS and settings.username is None:
        return RefusedError(
            f"{broker} refuses a client without a name ({why}); "
            "set mqtt.username and mqtt.password to a user that the broker knows"
        )
    if code in _BAD_CREDENTIALS:
        return RefusedError(
            f"{broker} refuses mqtt.username {settings.username!r} with this mqtt.password "
            f"({why}); correct them, or give the broker this user"
        )
    if code == _BAD_CLIENT_ID:
        return RefusedError(f"{broker} refuses mqtt.client_id ({why}); choose another one")
    if code in _BUSY:
        return LinkError(f"{broker} has no room for the node now ({why})")
    return RefusedError(f"{broker} refuses the node ({why}); its log says why")


def unanswered(settings: MqttSettings, version: str, socket_error: str) -> LinkError:
    """Return the error for a broker that hung up, or stayed silent, instead of answering CONNECT.

    Args:
        settings: of the connection.
        version: of MQTT.
        socket_error: what the socket reported, if anything.
    """
    detail = f" ({socket_error})" if socket_error else ""
    return ProtocolRefusedError(
        f"{broker_at(settings)} gave no answer to MQTT {version}{detail}; {_protocol_hint(settings)}"
    )


def not_mqtt(settings: MqttSettings, version: str, violation: str) -> LinkError:
    """Return the error for something that answers CONNECT with what no broker says: another service, or a broken one.

    Args:
        settings: of the connection.
        version: of MQTT.
        violation: what it sent.
    """
    return ProtocolRefusedError(
        f"{broker_at(settings)} answered MQTT {version} with something that is not MQTT ({violation}); "
        f"is mqtt.port that of the broker? Otherwise: {_protocol_hint(settings)}"
    )


def violated(settings: MqttSettings, violation: str) -> LinkError:
    """Return the error for a broker that sent what no broker may send.

    Args:
        settings: of the connection.
        violation: what it sent.
    """
    return ViolationError(
        f"{broker_at(settings)} sent something that is not MQTT ({violation}), and the connection was ended. "
        "Its log may say why; is it up to date?"
    )


def too_small(settings: MqttSettings, longest: int) -> LinkError:
    """Return the error for a broker that takes no packet as long as SUBSCRIBE.

    Args:
        settings: of the connection.
        longest: bytes of the packets that it takes.
    """
    return LinkError(
        f"{broker_at(settings)} takes no packet of more than {longest} bytes; "
        "raise its limit (Mosquitto: max_packet_size) to 65536 or more"
    )


def miscounted_subscription(
    settings: MqttSettings, topics: Sequence[str], answers: int
) -> LinkError:
    """Return the error for a broker that answered SUBSCRIBE, but not for each topic.

    Args:
        settings: of the connection.
        topics: that were asked for.
        answers: how many came.
    """
    return ViolationError(
        f"{broker_at(settings)} gave {answers} answers to SUBSCRIBE for {len(topics)} topics ({', '.join(topics)}); "
        "whether a command would arrive is not known. Its log may say why"
    )


def unanswered_subscription(
    settings: MqttSettings, topics: Sequence[str], patience: float
) -> LinkError:
    """Return the error for a broker that did not answer SUBSCRIBE.

    Args:
        settings: of the connection.
        topics: that were asked for.
        patience: seconds that it had.
    """
    return LinkError(
        f"{broker_at(settings)} gave no answer to SUBSCRIBE ({', '.join(topics)}) within {patience:g} s; "
        "no command would arrive. Its log may say why"
    )


def unconfirmed(settings: MqttSettings, messages: int, size: int) -> LinkError:
    """Return the error for a broker that takes messages and does not confirm them.

    Args:
        settings: of the connection.
        messages: how many are not confirmed.
        size: bytes of all of them.
    """
    return LinkError(
        f"{broker_at(settings)} has left {messages} messages ({size / 1e6:.1f} MB) without confirmation; {_SENT_AGAIN}"
    )


def overdue(settings: MqttSettings, seconds: float, messages: int) -> LinkError:
    """Return the error for a broker that owes a confirmation for too long, although it is there.

    Args:
        settings: of the connection.
        seconds: that it has had.
        messages: how many are not confirmed.
    """
    return LinkError(
        f"{broker_at(settings)} has not confirmed a message within {seconds:g} s, and {messages} wait for that; "
        f"{_SENT_AGAIN}"
    )


def unreachable(settings: MqttSettings, error: OSError | UnicodeError) -> LinkError:
    """Return the error for a socket that could not be opened or would not speak TLS."""
    broker = broker_at(settings)
    match error:
        case ssl.SSLCertVerificationError():
            return _distrusted(settings, error)
        case ssl.SSLError():
            text = (
                f"{broker} does not speak TLS as expected ({error.reason or error}); "
                f"is mqtt.port its TLS port (usually 8883)? If it has none, mqtt.tls.enabled: false"
            )
        case socket.gaierror() | UnicodeError():
            why = getattr(error, "strerror", "not a name")
            text = f"mqtt.host {settings.host!r} is not known ({why}); check the name"
        case ConnectionRefusedError():
            return AbsentError(
                f"nothing listens at {broker}; is the broker running, and mqtt.port right?"
            )
        case TimeoutError() if "handshake" in str(error):
            text = f"{broker} began TLS and did not finish it in time; its log may say why"
        case TimeoutError():
            text = f"{broker} does not answer; check mqtt.host, mqtt.port and the network"
        case ConnectionResetError() if settings.tls.enabled:
            text = f"{broker} hung up when it was addressed in TLS; is mqtt.port its TLS port?"
        case _:
            text = f"{broker} cannot be reached ({error}); check the network"
            if isinstance(error, OSError) and error.errno in _NO_WAY:
                return AbsentError(text)
    return LinkError(text)


def ended(
    settings: MqttSettings, client_id: str, reason: Reason | None, socket_error: str
) -> LinkError:
    """Return the error for a connection that has ended.

    Args:
        settings: of the connection.
        client_id: of the connection.
        reason: the broker's, or paho's when the broker gave none.
        socket_error: what the socket reported, if anything.
    """
    if reason is not None and reason.code == _TAKEN_OVER:
        return RefusedError(
            f"another client came to the broker as {client_id}; "
            "give each node a different node.id (or mqtt.client_id)"
        )
    if not socket_error and (reason is None or reason.code == _UNSPECIFIED):
        return HungUpError(f"{broker_at(settings)} ended the connection without a word")
    why = socket_error or (reason and reason.name.lower())
    return LinkError(f"the connection with {broker_at(settings)} ended ({why})")


def _protocol_hint(settings: MqttSettings) -> str:
    """Return what to try with a broker that does not answer in MQTT."""
    if not settings.tls.enabled:
        hint = "if this port speaks TLS, set mqtt.tls.enabled: true"
    elif settings.tls.certificate_file is None:
        hint = "if it asks for a client certificate, set mqtt.tls.certificate_file and key_file"
    else:
        hint = "it may not trust mqtt.tls.certificate_file; its log says why"
    if settings.protocol == "5":
        hint += "; if it does not speak MQTT 5, set mqtt.protocol: auto"
    return hint


def _distrusted(settings: MqttSettings, error: ssl.SSLCertVerificationError) -> LinkError:
    broker, found = broker_at(settings), error.verify_message
    if error.verify_code in _WRONG_NAME:
        return RefusedError(
            f"the certificate of {broker} is for another name ({found}); "
            "set mqtt.host to a name in the certificate"
        )
    if error.verify_code == _NOT_YET_VALID:
        # Of a machine that starts without the time, which the network sets: that goes away by itself.
        return LinkError(
            f"the certificate of {broker} is not valid today ({found}); is this machine's clock behind? "
            "It is set when a time server answers; if it is right, give the broker a certificate that is valid"
        )
    if error.verify_code == _EXPIRED:
        return RefusedError(
            f"the certificate of {broker} is not valid today ({found}); "
            "renew it, or correct this machine's clock"
        )
    trusted = f"mqtt.tls.ca_file {settings.tls.ca_file}" if settings.tls.ca_file else "this system"
    return RefusedError(
        f"{trusted} does not vouch for the certificate of {broker} ({found}); "
        "set mqtt.tls.ca_file to the certificate of the authority that signed it"
    )


def broker_at(settings: MqttSettings) -> str:
    """Return the broker and its address, for a sentence."""
    return f"the broker at {settings.host}:{settings.effective_port}"
