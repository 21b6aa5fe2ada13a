"""`facet run`: a node from its start to the signal that ends it."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from device import __version__
from device.config import Config
from device.errors import FacetError
from device.node.inbox import Inbox, Stop
from device.node.loop import End
from device.node.wiring import run_node, start_log
from device.supervision.boot_log import BootLog
from device.supervision.heartbeats import watched_heartbeats
from device.supervision.systemd import notify
from device.supervision.watchdog import EXIT_CODE, die

_LOG = logging.getLogger(__name__)


def run_until_signal(config: Config) -> None:
    """Run a node until SIGTERM or SIGINT; then it says that it is offline, and returns.

    Raises:
        FacetError: a model cannot be loaded, or the state directory not be used.
        SystemExit: something went wrong that nobody thought of.
    """
    inbox = Inbox()

    def stop(number: int, _frame: FrameType | None) -> None:
        _LOG.info("Stopping, because of %s", signal.Signals(number).name)
        notify("STOPPING=1")
        inbox.put(Stop())

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    starts = start_log(config)
    threading.excepthook = lambda event: _thread_died(event, starts)
    _LOG.info(
        "Facet %s, node %s, camera %s", __version__, config.node.id, config.camera.shown_source
    )
    while _start(config, inbox, starts) is End.RESTART:
        pass
    starts.mark_healthy()


def _start(config: Config, inbox: Inbox, starts: BootLog) -> End:
    is_safe_mode = starts.begin()
    if is_safe_mode:
        _LOG.error(
            "Safe mode: the last starts failed (%s). Only MQTT and diagnostics run; Home "
            "Assistant's button Restart, or a stop and a start, tries again",
            starts.last_failure,
        )
    try:
        with watched_heartbeats(starts) as heartbeats:
            return run_node(config, inbox, starts, heartbeats, is_safe_mode=is_safe_mode)
    except FacetError as error:
        starts.failed(str(error))
        raise
    except Exception as error:
        _LOG.exception("The node ends because of something that nobody thought of")
        starts.failed(f"{type(error).__name__}: {error}")
        raise SystemExit(EXIT_CODE) from error


def _thread_died(event: threading.ExceptHookArgs, starts: BootLog) -> None:
    name = event.thread.name if event.thread else "unknown"
    cause = f"the thread {name} died of {event.exc_type.__name__}: {event.exc_value}"
    starts.failed(cause)
    die(cause)
