"""Where the broker is, as one URL says it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from device.errors import StoreCommandError
from device.system.redaction import EXAMPLE

_PORTS = {"amqp": 5672, "amqps": 5671, "mqtt": 1883, "mqtts": 8883}
_WITH_TLS = frozenset({"amqps", "mqtts"})
_AMQP = frozenset({"amqp", "amqps"})


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and who asks it.

    Attributes:
        host: its name or address.
        port: of TCP.
        is_amqp: whether it is RabbitMQ; otherwise it speaks MQTT 5.
        user: None for a broker that asks for none.
        password: None if there is none.
        virtual_host: of RabbitMQ.
        tls: verifies the broker; None without TLS.
    """

    host: str
    port: int
    is_amqp: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    virtual_host: str = "/"
    tls: ssl.SSLContext | None = None

    def __str__(self) -> str:
        """Return what may be shown."""
        return f"{self.host}:{self.port}"


def read_broker(url: str, password_file: Path | None = None, ca_file: Path | None = None) -> Broker:
    """Return what a URL says.

    Args:
        url: amqp, amqps, mqtt or mqtts.
        password_file: has the password, which is then not in the URL.
        ca_file: PEM file of the authority that signed the broker's certificate; None is those of the system.

    Raises:
        StoreCommandError: one of them cannot be used.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    scheme, host = parts.scheme.lower(), parts.hostname
    if scheme not in _PORTS or not host or parts.query or parts.fragment:
        message = (
            "--broker cannot be read; allowed is amqps://USER@HOST/VIRTUAL_HOST for RabbitMQ, mqtts://USER@HOST for "
            "any other broker with MQTT 5, and amqp:// and mqtt:// without TLS; a password stands as in "
            f"{EXAMPLE}, or in the file of --broker-password-file"
        )
        raise StoreCommandError(message)
    password = _content(password_file) if password_file else parts.password
    return Broker(
        host=host,
        port=port or _PORTS[scheme],
        is_amqp=scheme in _AMQP,
        user=unquote(parts.username) if parts.username else None,
        password=password if password_file or password is None else unquote(password),
        virtual_host=unquote(parts.path[1:]) or "/",
        tls=_context(ca_file) if scheme in _WITH_TLS else None,
    )


def secrets_of(url: str, broker: Broker) -> Iterator[str]:
    """Yield what must never be shown."""
    if broker.password:
        yield broker.password
        yield url


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        message = f"--broker-password-file {file}: {why}; it must hold the password alone"
        raise StoreCommandError(message) from error


def _context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        why = error.strerror or "not in PEM format"
        message = f"--ca-file {ca_file}: {why}; a PEM file with certificates is needed"
        raise StoreCommandError(message) from error
