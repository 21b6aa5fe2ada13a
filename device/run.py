"""`facet run`: a node from its start to the signal that ends it."""

from __future__ import annotations

import logging
import signal
from types import FrameType

from device import __version__
from device.agent import run_node
from device.config import Config
from device.inbox import Inbox, Stop

_LOG = logging.getLogger(__name__)


def run_until_signal(config: Config) -> None:
    """Run a node until SIGTERM or SIGINT; then it says that it is offline, and returns.

    Raises:
        FacetError: a model cannot be loaded, or the state directory not be used.
    """
    inbox = Inbox()

    def stop(number: int, _frame: FrameType | None) -> None:
        _LOG.info("Stopping, because of %s", signal.Signals(number).name)
        inbox.put(Stop())

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    _LOG.info(
        "Facet %s, node %s, camera %s", __version__, config.node.id, config.camera.shown_source
    )
    run_node(config, inbox)
