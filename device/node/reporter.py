"""How the node is: the diagnostics document, whether the camera gives pictures, and the status LED."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from device.camera.status import CameraStatus
from device.entities.condition import Condition
from device.entities.documents import DIAGNOSTICS, MOTION, content
from device.entities.kinds import Json, Row
from device.entities.settings import Settings
from device.entities.table import documented
from device.gpio.led_patterns import Status, choose_status
from device.node.sink import Sink
from device.node.steady import LastingAlarm, LastingCount, SteadyMoment, SteadyVitals
from device.node.timing import Timing
from device.observation import MotionLevel
from device.supervision.boot_log import Failure
from device.system.vitals import Vitals
from device.updates.node.status import UpdateStatus


class Led(Protocol):
    """What of the status LED is needed here; see led.StatusLed."""

    def show(self, status: Status) -> None:
        """Let the LED show a status; it never waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the reporter reads; none of them waits.

    Attributes:
        is_busy: whether a trigger waits for its answer.
        is_connected: whether the broker can be reached.
        pin_faults: what is wrong with the pins.
        node_faults: what is wrong with the node itself.
        last_failure: see Condition, as for all that follow.
        vitals: as they are now, with noise.
        is_under_voltage: as it is now.
        started_at: when the node started, by the clock as it is set now.
        newest_version: of Facet.
        updates: what else is known of newer versions.
        queue_length: observations that the broker has not confirmed.
        dropped_events: since the start.
        coalesced_presses: since the start.
    """

    is_busy: Callable[[], bool]
    is_connected: Callable[[], bool]
    pin_faults: Callable[[], Iterable[str]]
    node_faults: Callable[[], Iterable[str]]
    last_failure: Callable[[], Failure | None]
    vitals: Callable[[], Vitals]
    is_under_voltage: Callable[[], bool | None]
    started_at: Callable[[], datetime]
    newest_version: Callable[[], str]
    updates: Callable[[], UpdateStatus]
    queue_length: Callable[[], int]
    dropped_events: Callable[[], int]
    coalesced_presses: Callable[[], int]


@dataclass(frozen=True, slots=True)
class About:
    """What stays the same while the node runs.

    Attributes:
        model: name and version of the attribute network.
        is_safe_mode: whether camera and networks are left alone.
    """

    model: str
    is_safe_mode: bool


class Reporter:
    """Reports how the node is whenever that changes. The loop's thread uses it.

    Args:
        table: the node's rows.
        sink: receives the diagnostics, whether the camera gives pictures, and what the motion sensor says, whenever
            that changes.
        sources: where to read.
        led: shows the status.
        about: what stays the same.
        clock: monotonic, in seconds.
        timing: how often to report.
    """

    def __init__(
        self,
        table: Iterable[Row],
        sink: Sink,
        sources: Sources,
        *,
        led: Led,
        about: About,
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        self._table = documented(table)
        self._sink = sink
        self._sources = sources
        self._led = led
        self._about = about
        self._clock = clock
        self._timing = timing
        self._camera = CameraStatus()
        self._is_private = False
        self._was_online: bool | None = None
        self._vitals = Vitals()
        self._steady_vitals = SteadyVitals()
        self._under_voltage = LastingAlarm(timing.alarm)
        self._started_at = SteadyMoment()
        self._waiting = LastingCount(timing.lasting)
        self._next_vitals = float("-inf")
        self._next_report = float("-inf")
        self._known: Condition | None = None
        self._reported: Mapping[str, Json] = {}

    def apply(self, settings: Settings) -> None:
        """Take other settings; privacy shows at once."""
        self._is_private = settings.privacy
        self._report_camera()
        self.show_status()

    def camera_is(self, camera: CameraStatus) -> None:
        """Take how the camera is."""
        self._camera = camera
        self._report_camera()

    def motion_is(self, level: MotionLevel) -> None:
        """Take what the motion sensor says; nothing is reported of a node without one."""
        document = content(MOTION, self._table, level)
        if document:
            self._sink.changed(MOTION, document)

    def show_status(self) -> None:
        """Let the LED show how the node is; to be called after each message."""
        sources = self._sources
        is_faulty = (
            self._about.is_safe_mode
            or self._camera.fault is not None
            or any(sources.pin_faults())
            or any(sources.node_faults())
            or not sources.is_connected()
        )
        self._led.show(
            choose_status(
                is_private=self._is_private, is_busy=sources.is_busy(), is_faulty=is_faulty
            )
        )

    def report(self) -> None:
        """Report the diagnostics if they have changed, and not again too soon; to be called when nothing waits."""
        now = self._clock()
        if now < self._next_report:
            return
        if now >= self._next_vitals:
            self._next_vitals = now + self._timing.vitals_interval
            self._vitals = self._steady_vitals.shown(self._sources.vitals())
        condition = self._condition(now)
        if condition == self._known:
            return
        self._known = condition
        document = content(DIAGNOSTICS, self._table, condition)
        if document == self._reported:
            return
        self._reported = document
        self._next_report = now + self._timing.report_interval
        self._sink.changed(DIAGNOSTICS, document)

    def node_faults(self) -> tuple[str, ...]:
        """Return what is wrong with the node itself, for the owner."""
        return tuple(self._sources.node_faults())

    def _report_camera(self) -> None:
        is_online = self._camera.is_available and not self._is_private
        if is_online is not self._was_online:
            self._was_online = is_online
            self._sink.camera(is_online=is_online)

    def _condition(self, now: float) -> Condition:
        sources = self._sources
        return Condition(
            camera_fault=self._camera.fault,
            camera_trouble=self._camera.trouble,
            node_fault="; ".join(sources.node_faults()) or None,
            is_safe_mode=self._about.is_safe_mode,
            last_failure=sources.last_failure(),
            vitals=self._vitals,
            is_under_voltage=self._under_voltage.shown(sources.is_under_voltage(), now),
            started_at=self._started_at.shown(sources.started_at()),
            model=self._about.model,
            newest_version=sources.newest_version(),
            updates=sources.updates(),
            queue_length=self._waiting.shown(sources.queue_length(), now),
            dropped_events=sources.dropped_events(),
            coalesced_presses=sources.coalesced_presses(),
        )
