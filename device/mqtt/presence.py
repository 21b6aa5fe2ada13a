"""Whether a node is online, asked from outside: it may run in another process, or on another machine."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from device.errors import OfflineError
from device.mqtt.probe import visit
from device.mqtt.topics import ONLINE, Topics

if TYPE_CHECKING:
    from device.config import Config


def wait_until_online(config: Config, patience: float) -> str:
    """Listen to the node's status on its broker until it is online, and say so in a sentence.

    Args:
        config: the node's own; its user may read the status.
        patience: seconds to wait for it, beside those that connecting takes.

    Raises:
        LinkError: there is no connection with the broker.
        OfflineError: the node was not online in this time.
    """
    topic = Topics.of(config).status
    said: SimpleQueue[str] = SimpleQueue()
    connection = visit(config.mqtt, lambda _topic, payload, _retained: said.put(payload.decode()))
    try:
        connection.subscribe(topic)
        newest = _wait_for(ONLINE, said, patience)
    finally:
        connection.close()
    if newest == ONLINE:
        return f"node {config.node.id} is online at {config.mqtt.host}"
    found = "nothing" if newest is None else repr(newest)
    msg = (
        f"{topic} says {found} after {patience:g} s instead of {ONLINE!r}; "
        "journalctl --unit facet says what the node does"
    )
    raise OfflineError(msg)


def _wait_for(wanted: str, said: SimpleQueue[str], patience: float) -> str | None:
    """Return the newest word: the wanted one as soon as it comes, or the last one when the time is over."""
    end = monotonic() + patience
    newest = None
    while newest != wanted:
        try:
            newest = said.get(timeout=max(end - monotonic(), 0.001))
        except Empty:
            break
    return newest
