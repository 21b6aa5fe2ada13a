"""Where a request comes from: under which name, through which proxy, from which page. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

SUPERVISOR = "172.30.32.2"
"""The address from which Home Assistant's supervisor hands on requests of its ingress; nobody else's headers count."""

_INGRESS_PREFIX = re.compile(r"/api/hassio_ingress/[A-Za-z0-9_-]{1,128}")
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?P<port>:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a request says of itself, as far as it may be believed.

    Attributes:
        host: name and port as the browser has them.
        prefix: the path before all paths of the page, without a slash at its end; empty without a proxy.
        is_trusted_proxy: whether Home Assistant's supervisor hands it on.
    """

    host: str
    prefix: str
    is_trusted_proxy: bool

    def has_own_name(self, names: Collection[str]) -> bool:
        """Return whether a browser that asks for this host means this node.

        A site that has its own name point to the node would be asked for by that name. By an address nobody can be
        misled.

        Args:
            names: of the node, in small letters.
        """
        return self.is_trusted_proxy or is_own_host(self.host, names)

    def is_same(self, given: str | None) -> bool:
        """Return whether a page of this node made the request, as its header Origin says; without one it cannot."""
        if given is None:
            return False
        try:
            return urlsplit(given).netloc.lower() == self.host.lower()
        except ValueError:
            return False


def origin(headers: Mapping[str, str], client: str) -> Origin:
    """Return where a request comes from.

    Args:
        headers: by their names in small letters.
        client: the address of whoever opened the connection.
    """
    host = headers.get("host", "")
    if client != SUPERVISOR:
        return Origin(host, "", is_trusted_proxy=False)
    prefix = headers.get("x-ingress-path", "")
    if not _INGRESS_PREFIX.fullmatch(prefix):
        return Origin(host, "", is_trusted_proxy=False)
    return Origin(headers.get("x-forwarded-host", host), prefix, is_trusted_proxy=True)


def is_own_host(host: str, names: Collection[str]) -> bool:
    """Return whether a header Host names the node: by an address, or by one of its names."""
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found["name"].lower().rstrip(".")
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return name in names
    return True


def own_names(host_name: str, further: Collection[str]) -> frozenset[str]:
    """Return the names under which a browser may ask for a node.

    Args:
        host_name: the machine's.
        further: the owner's.
    """
    names = {"localhost", host_name, f"{host_name}.local", *further}
    return frozenset(name.lower().rstrip(".") for name in names if name)
