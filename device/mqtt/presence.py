"""Whether a node is online, asked from outside: it may run in another process, or on another machine."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from device.errors import OfflineError
from device.mqtt.listener import Listener
from device.mqtt.topics import ONLINE, Topics

if TYPE_CHECKING:
    from device.config import Config


def wait_until_online(config: Config, patience: float) -> str:
    """Listen to the node's status on its broker until it is online, and report that in a sentence.

    Args:
        config: the node's; its user may read the status.
        patience: seconds to wait for it, in addition to those that connecting takes.

    Raises:
        LinkError: there is no connection with the broker.
        OfflineError: the node was not online in this time.
    """
    topic = Topics.of(config).status
    with Listener(config.mqtt, topic) as listener:
        newest = _newest_status(listener, patience)
    if newest == ONLINE:
        return f"node {config.node.id} is online at {config.mqtt.host}"
    found = "nothing" if newest is None else repr(newest)
    message = (
        f"{topic} says {found} after {patience:g} s instead of {ONLINE!r}; "
        "journalctl --unit facet says what the node does"
    )
    raise OfflineError(message)


def _newest_status(listener: Listener, patience: float) -> str | None:
    """Return ONLINE as soon as it comes, or what came last when the time is over."""
    end = monotonic() + patience
    newest = None
    while newest != ONLINE and (message := listener.get(end - monotonic())) is not None:
        newest = message.payload.decode(errors="replace")
    return newest
