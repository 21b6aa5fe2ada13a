"""A network of its own for the members, in namespaces of this machine, whose cables a test can pull."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_BRIDGE = "facet-brokers"
# For tests of networks (RFC 2544): no host of the internet, and no package index behind a proxy, is ever there.
_NETWORK = "198.18.77"
_GATEWAY = f"{_NETWORK}.1"


def address_of(number: int) -> str:
    """Return a member's address: of a network that is reserved for tests of networks."""
    return f"{_NETWORK}.{10 + number}"


def namespace_of(name: str) -> str:
    """Return the network namespace of a member, which is also its cable's name on the bridge."""
    return f"facet-{name}"


@contextmanager
def network(members: Mapping[str, str]) -> Iterator[None]:
    """Connect members, given by name with their addresses, with each other and with this machine."""
    taken = _ip("route", "show", "root", f"{_NETWORK}.0/24")
    _remove(members)
    assert not taken or _BRIDGE in taken, f"this machine uses {_NETWORK}.0/24 itself: {taken}"
    try:
        _ip("link", "add", _BRIDGE, "type", "bridge")
        _ip("address", "add", f"{_GATEWAY}/24", "dev", _BRIDGE)
        _ip("link", "set", _BRIDGE, "up")
        for name, address in members.items():
            space = namespace_of(name)
            _ip("netns", "add", space)
            _ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", space, "master", _BRIDGE, "up")
            _ip("-netns", space, "address", "add", f"{address}/24", "dev", "eth0")
            _ip("-netns", space, "link", "set", "eth0", "up")
            _ip("-netns", space, "link", "set", "lo", "up")
        yield
    finally:
        _remove(members)


def pull_cable(name: str) -> None:
    """Cut a member off from everybody."""
    _ip("link", "set", namespace_of(name), "down")


def plug_in(name: str) -> None:
    """Connect it again."""
    _ip("link", "set", namespace_of(name), "up")


def part(name: str, addresses: list[str]) -> None:
    """Let a member reach none of these addresses any more, as if a switch between them had failed."""
    for address in addresses:
        _ip("-netns", namespace_of(name), "route", "add", "blackhole", f"{address}/32")


def rejoin(name: str, addresses: list[str]) -> None:
    """End part()."""
    for address in addresses:
        _ip("-netns", namespace_of(name), "route", "delete", "blackhole", f"{address}/32")


def _remove(members: Mapping[str, str]) -> None:
    """Remove what is there of it, also what an earlier run that was killed has left."""
    for name in members:
        subprocess.run(
            ["ip", "netns", "delete", namespace_of(name)], capture_output=True, check=False
        )
        subprocess.run(
            ["ip", "link", "delete", namespace_of(name)], capture_output=True, check=False
        )
    subprocess.run(["ip", "link", "delete", _BRIDGE], capture_output=True, check=False)


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
