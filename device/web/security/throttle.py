"""How often a password may be tried: a few times from one address, and not too often from all of them together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from time import monotonic

MOST_FAILURES = 5
"""From one address, before it is locked out."""

FIRST_LOCK_SECONDS = 60.0
_LONGEST_LOCK_SECONDS = 900.0
# Until the failures of an address are forgotten.
_FORGIVEN_AFTER_SECONDS = 3600.0
# Wrong passwords from all addresses: whoever has many must not keep the processor busy.
_MOST_A_MINUTE = 30
_MINUTE_SECONDS = 60.0
_MOST_ADDRESSES = 1000
# What one household, or one attacker, usually has.
_IPV6_PREFIX = 64


@dataclass(slots=True)
class _Failures:
    count: int = 0
    locks: int = 0
    locked_until: float = float("-inf")
    last: float = 0.0


class Throttle:
    """Counts failures. One thread at a time uses it.

    Args:
        clock: monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, _Failures] = {}
        self._wrong: deque[float] = deque(maxlen=_MOST_A_MINUTE)

    def delay(self, address: str) -> float:
        """Return for how many seconds an address may not try; 0 when it may."""
        now = self._clock()
        found = self._failures.get(_network(address))
        locked = 0.0 if found is None else found.locked_until - now
        is_full = len(self._wrong) == _MOST_A_MINUTE
        busy = self._wrong[0] + _MINUTE_SECONDS - now if is_full else 0.0
        return max(locked, busy, 0.0)

    def failed(self, address: str) -> float:
        """Take note of a wrong password, and return for how many seconds the address is now locked out."""
        now, network = self._clock(), _network(address)
        self._wrong.append(now)
        found = self._failures.pop(network, None)
        if found is None or now - max(found.last, found.locked_until) > _FORGIVEN_AFTER_SECONDS:
            found = _Failures()
        # The newest last, so that the oldest is dropped.
        self._failures[network] = found
        while len(self._failures) > _MOST_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        found.count, found.last = found.count + 1, now
        if found.count < MOST_FAILURES:
            return 0.0
        lock = min(FIRST_LOCK_SECONDS * 2.0**found.locks, _LONGEST_LOCK_SECONDS)
        found.count, found.locks, found.locked_until = 0, min(found.locks + 1, 10), now + lock
        return lock

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address."""
        self._failures.pop(_network(address), None)


def _network(address: str) -> str:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    return address
