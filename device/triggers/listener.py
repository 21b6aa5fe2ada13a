"""The configured pins: their changes become triggers and levels, and those that cannot be claimed are tried again."""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from device.errors import PinError
from device.gpio.pins import Factory, InputPin, claim_input, default_factory
from device.observation import MotionLevel, Source, Trigger
from device.system.backoff import Retry
from device.triggers.decisions import Decision, Level, Motion, Press
from device.triggers.edges import Edge, EdgeQueue

if TYPE_CHECKING:
    from device.config import TriggerSettings

_LOG = logging.getLogger(__name__)

# Seconds between two reports of a level, each of which is a message and a row in Home Assistant's database.
_PAUSE_SECONDS = 0.5

PinReport: TypeAlias = Trigger | MotionLevel
"""What the pins have to say."""


@dataclass(frozen=True, slots=True)
class PinRequest:
    """A pin that is configured.

    Attributes:
        name: its setting, such as "triggers.button".
        source: what the pin's triggers come from.
        pin: a BCM number, or a name such as "GPIO17" or "BOARD11".
        pull: the resistor inside the Pi.
        is_active_low: whether the level is low while the button is pressed or something moves.
    """

    name: str
    source: Source
    pin: int | str
    pull: Literal["up", "down", "none"]
    is_active_low: bool


def pin_requests(settings: TriggerSettings) -> tuple[PinRequest, ...]:
    """Return the pins that the settings ask for."""
    configured = (
        ("triggers.button", Source.BUTTON, settings.button),
        ("triggers.motion", Source.MOTION, settings.motion),
    )
    return tuple(
        PinRequest(name, source, section.pin, section.pull, section.is_active_low)
        for name, source, section in configured
        if section is not None
    )


class Triggers:
    """The button and the motion sensor, from start to close.

    The pins' callbacks only record what changed; the thread "facet-pins" decides what that means.
    Nothing here raises: a pin that cannot be claimed is among the faults, and is tried again by retry.
    The motion sensor's level is reported once its pin is claimed, and from then on whether or not motion triggers.

    Args:
        settings: the section `triggers` of the configuration.
        put: takes each trigger and each level, on this object's thread; it must not block.
        clock: monotonic, in seconds.
        factory: returns gpiozero's pin factory; called only if a pin is configured.
        jitter: draws 0..1, for the back-off.
    """

    def __init__(
        self,
        settings: TriggerSettings,
        put: Callable[[PinReport], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        factory: Callable[[], Factory] = default_factory,
        jitter: Callable[[], float] = random.random,
    ) -> None:
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
            cool_down=motion.cool_down if motion else 0.0, is_armed=bool(motion and motion.armed)
        )
        self._decisions: dict[Source, Decision] = {
            Source.BUTTON: self._new_press(is_pressed=False),
            Source.MOTION: self._motion,
        }
        self._motion_level = Level(pause=_PAUSE_SECONDS)
        self._edges = EdgeQueue()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def start(self) -> None:
        """Claim the configured pins; a pin that cannot be claimed is a fault, and is tried again by retry."""
        self.retry()

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with each pin that could not be claimed, for the owner."""
        return tuple(self._faults.values())

    @property
    def is_motion_armed(self) -> bool:
        """Whether motion triggers."""
        return self._motion.is_armed

    @is_motion_armed.setter
    def is_motion_armed(self, is_armed: bool) -> None:
        self._motion.is_armed = is_armed

    @property
    def motion_cool_down(self) -> float:
        """Seconds after motion in which further motion is ignored."""
        return self._motion.cool_down

    @motion_cool_down.setter
    def motion_cool_down(self, seconds: float) -> None:
        self._motion.cool_down = seconds

    def retry(self) -> bool:
        """Try again to claim the pins that could not be claimed, if it is time.

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
        """Give the pins back, and end the thread; a decision that is still pending is dropped."""
        pins, self._pins = self._pins, {}
        for pin in pins.values():
            pin.close()
        if self._thread is not None:
            self._edges.end()
            self._thread.join()

    def _claim(self, request: PinRequest) -> None:
        try:
            pin = claim_input(
                request.name,
                request.pin,
                pull=request.pull,
                is_active_low=request.is_active_low,
                factory=self._factory(),
                changed=lambda is_active: self._edges.put(
                    Edge(request.source, is_active, self._clock())
                ),
            )
        except PinError as error:
            if request.name not in self._faults:
                _LOG.warning("%s (tried again from time to time)", error)
            self._faults[request.name] = str(error)
            return
        self._pins[request.name] = pin
        self._faults.pop(request.name, None)
        if request.source is Source.BUTTON:
            self._decisions[Source.BUTTON] = self._new_press(is_pressed=pin.is_active)
        # The time first: should the level change meanwhile, the change is the newer one.
        found_at = self._clock()
        self._edges.put(Edge(request.source, pin.is_active, found_at, is_change=False))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="facet-pins", daemon=True)
            self._thread.start()
        _LOG.info(
            "%s: pin %s is watched, active %s, pull %s",
            request.name,
            request.pin,
            "low" if request.is_active_low else "high",
            request.pull,
        )

    def _new_press(self, *, is_pressed: bool) -> Press:
        button = self._settings.button
        return Press(
            debounce=button.debounce if button else 0.0,
            hold=button.hold if button else 0.0,
            is_pressed=is_pressed,
        )

    def _run(self) -> None:
        while True:
            try:
                edge = self._edges.get(self._until_due())
            except queue.Empty:
                self._fire(self._clock())
                continue
            if edge is None:
                return
            # The edge does not undo what was due before it, however late this thread is.
            self._fire(edge.at)
            if edge.source is Source.MOTION:
                self._motion_level.edge(edge.at, is_active=edge.is_active)
            if edge.is_change:
                self._decisions[edge.source].edge(edge.at, is_active=edge.is_active)

    def _until_due(self) -> float | None:
        """Return the seconds until the next decision is due; None when there is none."""
        decisions = (*self._decisions.values(), self._motion_level)
        due = [d.due for d in decisions if d.due is not None]
        return max(0.0, min(due) - self._clock()) if due else None

    def _fire(self, now: float) -> None:
        for source, decision in self._decisions.items():
            if decision.poll(now):
                _LOG.info("%s triggered", source.value)
                self._report(Trigger(source, monotonic=self._clock()))
        if self._motion_level.poll(now):
            self._report(MotionLevel(self._motion_level.is_active))

    def _report(self, report: PinReport) -> None:
        try:
            self._put(report)
        except Exception:  # noqa: BLE001 - this thread serves all pins
            _LOG.exception("%s was lost", report)
