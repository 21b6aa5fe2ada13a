"""Brokers that say of themselves in the network where they are, by mDNS."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

_LOG = logging.getLogger(__name__)

# That of a broker beside a Home Assistant, which says its own only.
_PORT = 1883
_HOME_ASSISTANT = "_home-assistant._tcp.local."
_KINDS = {"_mqtt._tcp.local.": False, "_secure-mqtt._tcp.local.": True, _HOME_ASSISTANT: False}
_SECONDS = 3.0
_ROUND_SECONDS = 0.1
_INFO_MS = 500
# Whoever floods the network with names gets no longer a list.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A broker that may be the owner's.

    Attributes:
        host: its name if this machine knows that, or else its address.
        port: TCP.
        is_tls: whether it expects TLS.
        name: what it calls itself.
    """

    host: str
    port: int
    is_tls: bool
    name: str


def suggest_brokers(
    seconds: float = _SECONDS, interfaces: Sequence[str] | None = None
) -> tuple[Suggestion, ...]:
    """Ask the network, and return who answers; nobody where there is no multicast.

    A Home Assistant is suggested too: most have a broker beside them, at its usual port.

    Args:
        seconds: to wait for answers.
        interfaces: the addresses of the interfaces to ask on; None is for all.
    """
    try:
        from zeroconf import Error, Zeroconf
    except ImportError:  # on a 32-bit system, for which there is no wheel
        return ()
    try:
        zeroconf = Zeroconf() if interfaces is None else Zeroconf(interfaces=list(interfaces))
        try:
            return _distinct(_ask(zeroconf, seconds))
        finally:
            zeroconf.close()
    except (Error, OSError) as error:
        _LOG.info("The network names no broker: %s", error or type(error).__name__)
        return ()


def _ask(zeroconf: Zeroconf, seconds: float) -> list[Suggestion | None]:
    from zeroconf import Error, ServiceBrowser

    names: dict[str, str] = {}

    def found(zeroconf: Zeroconf, service_type: str, name: str, state_change: object) -> None:
        del zeroconf, state_change
        if len(names) < _MOST:
            names[name] = service_type

    browser = ServiceBrowser(zeroconf, list(_KINDS), handlers=[found])
    end = monotonic() + seconds
    while monotonic() < end:
        sleep(_ROUND_SECONDS)
    browser.cancel()
    suggestions: list[Suggestion | None] = []
    for name, kind in sorted(names.items(), key=lambda item: item[1] == _HOME_ASSISTANT):
        # Anybody may announce a name that cannot be one.
        with suppress(Error):
            info = zeroconf.get_service_info(kind, name, timeout=_INFO_MS)
            suggestions.append(None if info is None else _suggestion(kind, info))
    return suggestions


def _suggestion(kind: str, info: ServiceInfo) -> Suggestion | None:
    from zeroconf import IPVersion

    addresses = info.parsed_addresses(IPVersion.V4Only) or info.parsed_addresses()
    host = (info.server or "").rstrip(".")
    if not addresses or info.port is None:
        return None
    is_tls = _KINDS[kind]
    port = info.port if kind != _HOME_ASSISTANT else _PORT
    name = info.name.removesuffix(f".{kind}")
    return Suggestion(host if _is_known(host) else addresses[0], port, is_tls, name)


def _is_known(host: str) -> bool:
    with suppress(OSError, UnicodeError):
        return bool(host and socket.getaddrinfo(host, None))
    return False


def _distinct(found: Iterable[Suggestion | None]) -> tuple[Suggestion, ...]:
    """Return one for each host and port; a broker's own name goes before Home Assistant's."""
    suggestions: dict[tuple[str, int], Suggestion] = {}
    for suggestion in found:
        if suggestion is not None:
            suggestions.setdefault((suggestion.host, suggestion.port), suggestion)
    return tuple(suggestions.values())
