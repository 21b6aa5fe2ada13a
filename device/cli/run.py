"""`facet run`: a node from its start to the signal that ends it."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from device import __version__
from device.config import Config
from device.errors import FacetError, PerceptionError
from device.node.hardware import REAL, Hardware
from device.node.inbox import Inbox
from device.node.loop import End
from device.node.messages import Stop
from device.node.state_directory import open_boot_log
from device.node.timing import USUAL, Timing
from device.node.wiring import Start, run_node
from device.supervision.boot_log import BootLog
from device.supervision.heartbeats import supervised
from device.supervision.systemd import notify
from device.supervision.watchdog import EXIT_CODE, die

_LOG = logging.getLogger(__name__)


def run_until_signal(
    load: Callable[[], Config], *, hardware: Hardware = REAL, timing: Timing = USUAL
) -> None:
    """Run a node until SIGTERM or SIGINT; then it reports that it is offline, and returns.

    Home Assistant's button Restart reads the configuration again. One that has faults is reported there, and the one
    before stays in use, in safe mode too.

    Args:
        load: reads the configuration.
        hardware: opens camera, networks, pins and LED.
        timing: how long to wait for what.

    Raises:
        FacetError: the first configuration has faults, a model cannot be loaded, or the state directory not be used.
        SystemExit: something went wrong that nobody expected.
    """
    config = load()
    inbox = Inbox()

    def stop(number: int, _frame: FrameType | None) -> None:
        _LOG.info("Stopping, because of %s", signal.Signals(number).name)
        notify("STOPPING=1")
        inbox.put(Stop())

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    fault: str | None = None
    was_safe_mode = False
    while True:
        boot_log = open_boot_log(config)
        threading.excepthook = _ending_with(boot_log)
        _LOG.info(
            "Facet %s, node %s, camera %s", __version__, config.node.id, config.camera.shown_source
        )
        # What failed before would fail again: a file that still has faults does not end safe mode.
        is_safe_mode = boot_log.begin() or (was_safe_mode and fault is not None)
        start = Start(is_safe_mode, fault)
        end = _run(config, inbox, boot_log, start, hardware, timing)
        boot_log.settled()
        if end is End.STOP:
            return
        was_safe_mode = is_safe_mode
        config, fault = _reloaded(config, load)


def _run(
    config: Config,
    inbox: Inbox,
    boot_log: BootLog,
    start: Start,
    hardware: Hardware,
    timing: Timing,
) -> End:
    if start.is_safe_mode:
        _LOG.error(
            "Safe mode: the last starts failed (%s). Only MQTT and diagnostics run; Home "
            "Assistant's button Restart, or a stop and a start, tries again",
            boot_log.last_failure,
        )
    try:
        with supervised(boot_log) as heartbeats:
            return run_node(
                config, inbox, boot_log, heartbeats, start=start, hardware=hardware, timing=timing
            )
    except PerceptionError as error:
        _LOG.error("The node ends, because %s", error)
        boot_log.failed(str(error))
        raise SystemExit(EXIT_CODE) from error
    except FacetError as error:
        boot_log.failed(str(error))
        raise
    except Exception as error:
        _LOG.exception("The node ends because of something that nobody expected")
        boot_log.failed(f"{type(error).__name__}: {error}")
        raise SystemExit(EXIT_CODE) from error


def _reloaded(config: Config, load: Callable[[], Config]) -> tuple[Config, str | None]:
    """Return the configuration to go on with, and what is wrong with the file."""
    try:
        changed = load()
        open_boot_log(changed)
    except FacetError as error:
        _LOG.error("The configuration of before stays in use: %s", error)
        return config, f"the configuration of before is in use, for its file has faults: {error}"
    return changed, None


def _ending_with(boot_log: BootLog) -> Callable[[threading.ExceptHookArgs], None]:
    def thread_died(event: threading.ExceptHookArgs) -> None:
        name = event.thread.name if event.thread else "unknown"
        cause = f"the thread {name} died of {event.exc_type.__name__}: {event.exc_value}"
        boot_log.failed(cause)
        die(cause)

    return thread_died
