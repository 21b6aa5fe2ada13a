"""The status LED."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import cycle
from typing import TYPE_CHECKING, Self

from device.errors import PinError
from device.gpio.led_patterns import RHYTHMS, Status
from device.gpio.pins import Factory, OutputPin, claim_output, default_factory
from device.system.backoff import Retry

if TYPE_CHECKING:
    from device.config import LedSettings

_LOG = logging.getLogger(__name__)


class StatusLed:
    """Shows the node's status, from start to close; all methods are for one thread, the node's main one.

    That thread only sets the status. The thread "facet-led" writes the pin: the blinking goes on
    while networks run, and a slow pin delays no capture. gpiozero's blink() would delay it, because
    it waits for its thread at each change; and an error in that thread, which has neither name nor
    guard, would end the node. The watchdog does not supervise this thread, because a node whose LED
    is stuck still works.

    Args:
        settings: the section `led` of the configuration; None for a node without LED.
        clock: monotonic, in seconds.
        factory: returns gpiozero's pin factory; called only if there is an LED.
        jitter: draws 0..1, for the back-off.

    Attributes:
        fault: what is wrong with the pin, for the owner; None when nothing is.
    """

    def __init__(
        self,
        settings: LedSettings | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        factory: Callable[[], Factory] = default_factory,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.fault: str | None = None
        self._settings = settings
        self._factory = factory
        self._retry = Retry(clock, jitter)
        # Until the loop sets another status: the node is not ready yet.
        self._status = Status.FAULT
        self._changed = threading.Event()
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def start(self) -> None:
        """Claim the pin and begin to blink; a pin that cannot be claimed is a fault, and is tried again by retry."""
        self.retry()

    def show(self, status: Status) -> None:
        """Let the LED show a status from now on; this never waits."""
        if status is not self._status:
            self._status = status
            self._changed.set()

    def retry(self) -> None:
        """Try again to claim a pin that could not be claimed, if it is time."""
        if self._settings is None or self._thread is not None or not self._retry.is_due:
            return
        try:
            pin = _claim(self._settings, self._factory)
        except PinError as error:
            if self.fault is None:
                _LOG.warning("%s (tried again from time to time)", error)
            self.fault = str(error)
            self._retry.failed()
            return
        self.fault = None
        _LOG.info("led: pin %s shows the status", self._settings.pin)
        self._thread = threading.Thread(target=self._run, args=[pin], name="facet-led", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Switch the LED off, give the pin back and end the thread."""
        self._is_closing = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, pin: OutputPin) -> None:
        try:
            with closing(pin):
                while not self._is_closing:
                    self._blink(pin)
        except Exception:  # noqa: BLE001 - a thread that dies would end the node
            _LOG.exception("led: the pin cannot be written; the LED is stuck")

    def _blink(self, pin: OutputPin) -> None:
        """Show the status until it changes."""
        for is_lit, seconds in cycle(RHYTHMS[self._status]):
            pin.light(is_lit=is_lit)
            if self._changed.wait(seconds):
                # Before the status is read again, so that no change is missed.
                self._changed.clear()
                return


def probe(settings: LedSettings, *, factory: Callable[[], Factory] = default_factory) -> None:
    """Claim the pin and give it back.

    Raises:
        PinError: it cannot be claimed.
    """
    _claim(settings, factory).close()


def _claim(settings: LedSettings, factory: Callable[[], Factory]) -> OutputPin:
    return claim_output("led", settings.pin, is_active_high=settings.active_high, factory=factory())
