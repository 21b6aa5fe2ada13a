"""The machine's place in the network, read from the kernel."""

from __future__ import annotations

import re
import socket
from pathlib import Path

_ROUTES = Path("/proc/net/route")
_INTERFACES = Path("/sys/class/net")
_MAC_ADDRESS = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.ASCII)
# Bits of the first byte: an address of many, and one that somebody chose rather than the manufacturer.
_GROUP, _LOCALLY_ADMINISTERED = 0x01, 0x02
_NO_ADDRESS = "00:00:00:00:00:00"
# Columns of the table of routes.
_INTERFACE, _DESTINATION, _METRIC, _MASK = 0, 1, 6, 7
_ANYWHERE = "00000000"


def host_name() -> str:
    """Return the machine's name, without a domain: where it is announced, `.local` follows it."""
    return socket.gethostname().partition(".")[0]


def mac_address(routes: Path = _ROUTES, interfaces: Path = _INTERFACES) -> str | None:
    """Return the MAC address of the interface that leads away from this machine; None where that identifies nothing.

    An address that its manufacturer did not give out, such as a container's or that of a phone that hides its own,
    identifies no machine: another one may have it, or the same one another tomorrow.

    Args:
        routes: the kernel's table of IPv4 routes.
        interfaces: the folder with one folder an interface.
    """
    name = _outward_interface(routes)
    if name is None:
        return None
    try:
        address = (interfaces / name / "address").read_text(encoding="ascii").strip().lower()
    except (OSError, UnicodeDecodeError):
        return None
    return address if _is_the_manufacturers(address) else None


def _outward_interface(routes: Path) -> str | None:
    """Return the interface of the default route; of several, that of the one which is preferred."""
    try:
        lines = routes.read_text(encoding="ascii").splitlines()[1:]
    except (OSError, UnicodeDecodeError):
        return None
    rows = [columns for columns in map(str.split, lines) if len(columns) > _MASK]
    outward = [
        (int(row[_METRIC]), row[_INTERFACE])
        for row in rows
        if row[_DESTINATION] == row[_MASK] == _ANYWHERE and row[_METRIC].isdecimal()
    ]
    return min(outward)[1] if outward else None


def _is_the_manufacturers(address: str) -> bool:
    if not _MAC_ADDRESS.fullmatch(address) or address == _NO_ADDRESS:
        return False
    return not int(address[:2], 16) & (_GROUP | _LOCALLY_ADMINISTERED)
