"""The configured pins: their changes become triggers, and those that cannot be had are retried."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from device.errors import PinError
from device.gpio.pins import Factory, InputPin
from device.observation import Source, Trigger
from device.system.backoff import Retry
from device.triggers.decisions import Decision, Motion, Press

if TYPE_CHECKING:
    from types import TracebackType

    from device.config import TriggerSettings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PinRequest:
    """A pin that is configured; name is its setting, such as "triggers.button"."""

    name: str
    source: Source
    pin: int | str
    pull: Literal["up", "down", "none"]
    active_low: bool


def pin_requests(settings: TriggerSettings) -> tuple[PinRequest, ...]:
    """Return the pins that the settings ask for."""
    configured = (
        ("triggers.button", Source.BUTTON, settings.button),
        ("triggers.motion", Source.MOTION, settings.motion),
    )
    return tuple(
        PinRequest(name, source, section.pin, section.pull, section.active_low)
        for name, source, section in configured
        if section is not None
    )


@dataclass(frozen=True, slots=True)
class _Edge:
    """A change of a pin's level, as its callback saw it."""

    source: Source
    active: bool
    at: float


class Triggers:
    """The button and the motion sensor.

    Callbacks of the pins only note what changed; a thread of our own decides what that means.
    """

    def __init__(
        self,
        settings: TriggerSettings,
        put: Callable[[Trigger], None],
        *,
        clock: Callable[[], float],
        factory: Callable[[], Factory],
        jitter: Callable[[], float],
    ) -> None:
        """Claim the configured pins; one that cannot be had is a fault, for retry to mend.

        Args:
            settings: the section `triggers` of the configuration.
            put: takes a trigger; called on this object's thread.
            clock: monotonic, in seconds.
            factory: returns gpiozero's pin factory; called only if a pin is configured.
            jitter: draws 0..1, for the back-off.
        """
        self._settings = settings
        self._put = put
        self._clock = clock
        self._factory = factory
        self._requests = pin_requests(settings)
        self._pins: dict[str, InputPin] = {}
        self._faults: dict[str, str] = {}
        self._retry = Retry(clock, jitter)
        motion = settings.motion
        self._motion = Motion(
            cool_down=motion.cool_down if motion else 0.0, armed=bool(motion and motion.armed)
        )
        self._decisions: dict[Source, Decision] = {
            Source.BUTTON: self._new_press(pressed=False),
            Source.MOTION: self._motion,
        }
        # Without a bound and safe against being interrupted: a callback never waits.
        self._edges: queue.SimpleQueue[_Edge | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="facet-pins", daemon=True)
        if self._requests:
            self._thread.start()
        self.retry()

    def __enter__(self) -> Self:
        """Return the triggers."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        self.close()

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with each pin that could not be had, for the owner."""
        return tuple(self._faults.values())

    @property
    def motion_armed(self) -> bool:
        """Whether motion triggers."""
        return self._motion.armed

    @motion_armed.setter
    def motion_armed(self, armed: bool) -> None:
        self._motion.armed = armed

    @property
    def motion_cool_down(self) -> float:
        """Seconds after motion in which further motion is ignored."""
        return self._motion.cool_down

    @motion_cool_down.setter
    def motion_cool_down(self, seconds: float) -> None:
        self._motion.cool_down = seconds

    def retry(self) -> bool:
        """Try to claim the pins that could not be had, if it is time to.

        Returns:
            Whether the faults changed.
        """
        missing = [request for request in self._requests if request.name not in self._pins]
        if not missing or not self._retry.is_due:
            return False
        before = self.faults
        for request in missing:
            self._claim(request)
        if self._faults:
            self._retry.failed()
        return self.faults != before

    def close(self) -> None:
        """Give the pins back, and end the thread; what it was about to decide is forgotten."""
        pins, self._pins = self._pins, {}
        for pin in pins.values():
            pin.close()
        if self._thread.is_alive():
            self._edges.put(None)
            self._thread.join()

    def _claim(self, request: PinRequest) -> None:
        try:
            pin = InputPin(
                request.name,
                request.pin,
                pull=request.pull,
                active_low=request.active_low,
                factory=self._factory(),
                changed=lambda active: self._edges.put(
                    _Edge(request.source, active, self._clock())
                ),
            )
        except PinError as error:
            if request.name not in self._faults:
                _log.warning("%s (tried again from time to time)", error)
            self._faults[request.name] = str(error)
            return
        self._pins[request.name] = pin
        self._faults.pop(request.name, None)
        if request.source is Source.BUTTON:
            self._decisions[Source.BUTTON] = self._new_press(pressed=pin.active)
        _log.info(
            "%s: pin %s is watched, active %s, pull %s",
            request.name,
            request.pin,
            "low" if request.active_low else "high",
            request.pull,
        )

    def _new_press(self, *, pressed: bool) -> Press:
        button = self._settings.button
        return Press(
            debounce=button.debounce if button else 0.0,
            hold=button.hold if button else 0.0,
            pressed=pressed,
        )

    def _run(self) -> None:
        while True:
            try:
                edge = self._edges.get(timeout=self._until_due())
            except queue.Empty:
                self._fire(self._clock())
                continue
            if edge is None:
                return
            # What was due before the edge is not undone by it, however late this thread is.
            self._fire(edge.at)
            self._decisions[edge.source].edge(edge.at, active=edge.active)

    def _until_due(self) -> float | None:
        """Return the seconds until the next decision is due; None when there is none."""
        due = [d.due for d in self._decisions.values() if d.due is not None]
        return max(0.0, min(due) - self._clock()) if due else None

    def _fire(self, now: float) -> None:
        for source, decision in self._decisions.items():
            if decision.poll(now):
                _log.info("%s triggered", source.value)
                try:
                    self._put(Trigger(source, monotonic=self._clock()))
                except Exception:  # noqa: BLE001 - this thread serves all pins
                    _log.exception("%s: a trigger was lost", source.value)
