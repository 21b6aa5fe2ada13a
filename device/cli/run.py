"""`facet run`: a node from its start to the signal that ends it."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from device import __version__
from device.cli.pages import OnDemand
from device.cli.run_options import RunOptions
from device.config import Config, Fault, load
from device.errors import CameraStuckError, FacetError, PerceptionError
from device.node.hardware import REAL, Hardware
from device.node.inbox import Inbox
from device.node.loop import End
from device.node.messages import Stop
from device.node.start import Start
from device.node.state_directory import open_boot_log
from device.node.timing import USUAL, Timing
from device.node.wiring import run_node
from device.supervision.boot_log import BootLog
from device.supervision.heartbeats import watched_heartbeats
from device.supervision.systemd import notify
from device.supervision.watchdog import EXIT_CODE, die
from device.system.known_secrets import KnownSecrets
from device.system.logs import start_logging
from device.system.memory import share_one_heap

_LOG = logging.getLogger(__name__)

Load: TypeAlias = Callable[[], Config]
"""Reads the configuration; raises FacetError when it has faults."""

Prepare: TypeAlias = Callable[[threading.Event], bool]
"""Returns whether the node can start; the event is set when it is to end instead."""

RunOnce: TypeAlias = Callable[[Config, BootLog, Start], End]
"""Runs a node from one start to the next."""


def run(options: RunOptions) -> None:
    """Run the node until Ctrl-C or SIGTERM.

    Args:
        options: of the command line.

    Raises:
        FacetError: see run_until_signal.
        SystemExit: an unexpected error.
    """
    share_one_heap()
    secrets = KnownSecrets()
    start_logging(options.log_level, secrets.redact)

    def load_and_learn() -> Config:
        loaded = load(options.file, on_doubt=log_doubt)
        secrets.learn(loaded.secrets())
        return loaded

    prepare: Prepare = at_once
    if options.is_setup:
        from device.cli.setup import until_set_up

        prepare = until_set_up(options.file)
    run_until_signal(load_and_learn, file=options.file, prepare=prepare)


def at_once(_stopped: threading.Event) -> bool:
    """Let the node start as it is."""
    return True


def run_until_signal(
    load: Load,
    *,
    file: Path | None = None,
    prepare: Prepare = at_once,
    hardware: Hardware = REAL,
    timing: Timing = USUAL,
) -> None:
    """Run a node until SIGTERM or SIGINT; then it reports that it is offline, and returns.

    Args:
        load: reads the configuration, at the start and for Home Assistant's button Restart.
        file: what load reads, for the page.
        prepare: does what must be done before the first start.
        hardware: opens camera, networks, pins and LED.
        timing: how long to wait for what.

    Raises:
        FacetError: the configuration has faults, a model cannot be loaded, or the state directory not be used.
        SystemExit: an unexpected error.
    """
    inbox, stopped = Inbox(), threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        _LOG.info("Stopping, because of %s", signal.Signals(number).name)
        notify("STOPPING=1")
        inbox.put(Stop())
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)

    pages = OnDemand(file)

    def run_once(config: Config, boot_log: BootLog, start: Start) -> End:
        threading.excepthook = _ending_with(boot_log)
        with watched_heartbeats(boot_log) as heartbeats:
            return run_node(
                config,
                inbox,
                boot_log=boot_log,
                heartbeats=heartbeats,
                start=replace(start, page=pages.opener(config)),
                hardware=hardware,
                timing=timing,
            )

    if prepare(stopped):
        run_until_stopped(load, run_once)


def log_doubt(doubt: Fault) -> None:
    """Log what the configuration says and cannot mean; the node runs with it."""
    _LOG.warning("%s", doubt)


def run_until_stopped(load: Load, run_once: RunOnce) -> None:
    """Run a node again and again, as long as it ends with a restart.

    A restart reads the configuration again. One that has faults is reported in Home Assistant, and the one before stays
    in use; in safe mode, too, which such a file does not end: what failed before would fail again.

    Args:
        load: reads the configuration.
        run_once: runs the node from one start to the next.

    Raises:
        FacetError: the first configuration has faults, or what run_once raises.
        SystemExit: an unexpected error.
    """
    config, fault = load(), None
    is_safe_mode = is_restart = False
    while True:
        boot_log = open_boot_log(config)
        _LOG.info("Facet %s, node %s, camera %s", __version__, config.node.id, config.camera.source)
        has_failed = boot_log.begin()
        is_safe_mode = has_failed or (is_safe_mode and fault is not None)
        if is_safe_mode:
            _LOG.error(
                "Safe mode: the last starts failed (%s). Only MQTT and diagnostics run; Home "
                "Assistant's button Restart, or a stop and a start, tries again",
                boot_log.last_failure,
            )
        with _noting_failures(boot_log):
            end = run_once(config, boot_log, Start(is_safe_mode, fault, is_restart))
        boot_log.mark_healthy()
        if end is End.STOP:
            return
        is_restart = True
        config, fault = _reloaded(config, load)


@contextmanager
def _noting_failures(boot_log: BootLog) -> Iterator[None]:
    try:
        yield
    except (CameraStuckError, PerceptionError) as error:
        _LOG.error("The node ends, because %s", error)
        boot_log.failed(str(error))
        raise SystemExit(EXIT_CODE) from error
    except FacetError as error:
        boot_log.failed(str(error))
        raise
    except Exception as error:
        _LOG.exception("The node ends because of an unexpected error")
        boot_log.failed(f"{type(error).__name__}: {error}")
        raise SystemExit(EXIT_CODE) from error


def _reloaded(config: Config, load: Load) -> tuple[Config, str | None]:
    """Return the configuration to go on with, and what is wrong with the file."""
    try:
        changed = load()
        open_boot_log(changed)
    except FacetError as error:
        _LOG.error("The previous configuration stays in use: %s", error)
        return config, f"the previous configuration is still in use: {error}"
    return changed, None


def _ending_with(boot_log: BootLog) -> Callable[[threading.ExceptHookArgs], None]:
    def thread_died(event: threading.ExceptHookArgs) -> None:
        name = event.thread.name if event.thread else "unknown"
        cause = f"the thread {name} died of {event.exc_type.__name__}: {event.exc_value}"
        boot_log.failed(cause)
        die(cause)

    return thread_died
