"""How the node is: at once where it matters, and not again and again where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pytest

from device import __version__
from device.camera.status import CameraStatus
from device.config import Config
from device.entities.documents import MOTION
from device.entities.kinds import Row
from device.entities.table import CATALOGUE, CELEBA, entities
from device.errors import CameraTrouble
from device.gpio.led_patterns import Status
from device.node.reporter import About, Reporter, Sources
from device.node.timing import Timing
from device.observation import MotionLevel
from device.system.vitals import Vitals
from device.updates.node.status import UpdateStatus
from tests.clock import Clock
from tests.node.fakes import AVAILABLE, PLAIN, RecordingSink

PRIVATE = replace(PLAIN, privacy=True)
_STARTED = datetime(2026, 11, 24, 18, tzinfo=UTC)


@dataclass
class FakeLed:
    """Remembers what it shows."""

    shown: list[Status] = field(default_factory=list)

    def show(self, status: Status) -> None:
        """Remember a status."""
        self.shown.append(status)


@dataclass
class Facts:
    """What the sources say."""

    is_busy: bool = False
    is_connected: bool = True
    pin_faults: Iterable[str] = ()
    node_faults: Iterable[str] = ()
    queue_length: int = 0
    dropped_events: int = 0
    temperature: float = 40.0
    is_under_voltage: bool | None = None


class Report:
    """A reporter, and what it tells."""

    def __init__(self, *, is_safe_mode: bool = False, table: tuple[Row, ...] = CATALOGUE) -> None:
        self.facts = Facts()
        self.clock = Clock()
        self.led = FakeLed()
        self.sink = RecordingSink()
        sources = Sources(
            is_busy=lambda: self.facts.is_busy,
            is_connected=lambda: self.facts.is_connected,
            pin_faults=lambda: self.facts.pin_faults,
            node_faults=lambda: self.facts.node_faults,
            last_failure=lambda: None,
            vitals=lambda: Vitals(cpu_temperature=self.facts.temperature),
            is_under_voltage=lambda: self.facts.is_under_voltage,
            started_at=lambda: _STARTED,
            newest_version=lambda: __version__,
            updates=UpdateStatus,
            queue_length=lambda: self.facts.queue_length,
            dropped_events=lambda: self.facts.dropped_events,
            coalesced_presses=lambda: 0,
        )
        self.reporter = Reporter(
            table,
            self.sink,
            sources,
            led=self.led,
            about=About("attributes 1.0.0", is_safe_mode),
            clock=self.clock,
            timing=Timing(),
        )
        self.reporter.apply(PLAIN)

    def status(self) -> Status:
        """Return what the LED shows now."""
        self.reporter.show_status()
        return self.led.shown[-1]


@pytest.fixture
def report() -> Report:
    """Of a node whose camera is not known yet."""
    return Report()


def test_a_camera_that_is_found_and_lost_is_reported_once_each(report: Report) -> None:
    """At the start it is not there; what stays the same is not repeated."""
    for camera in (AVAILABLE, AVAILABLE, CameraStatus(fault="unplugged"), AVAILABLE):
        report.reporter.camera_is(camera)
    assert report.sink.cameras == [False, True, False, True]


def test_with_privacy_the_camera_is_offline_at_once(report: Report) -> None:
    """Whatever the camera itself says, then or later; the LED follows in the same moment."""
    report.reporter.camera_is(AVAILABLE)
    report.reporter.apply(PRIVATE)
    assert report.sink.cameras[-1] is False
    assert report.led.shown[-1] is Status.PRIVACY
    report.reporter.camera_is(replace(AVAILABLE, fault="black pictures"))
    assert report.sink.cameras[-1] is False
    report.reporter.apply(PLAIN)
    assert report.sink.cameras[-1] is True


def test_what_the_motion_sensor_says_is_a_document(report: Report) -> None:
    """At once, whatever the camera does: unknown while the pin cannot be claimed, then what its level means."""
    report.reporter.apply(PRIVATE)
    for level in (None, True, False):
        report.reporter.motion_is(MotionLevel(level))
    shown = [content for name, content in report.sink.documents if name == MOTION]
    assert shown == [{"motion": None}, {"motion": "ON"}, {"motion": "OFF"}]


def test_a_node_without_a_motion_sensor_says_nothing_about_motion() -> None:
    """Not even that it is unknown."""
    report = Report(table=entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA))
    report.reporter.motion_is(MotionLevel())
    assert report.sink.documents == []


def test_the_led_shows_faults_unless_somebody_pressed(report: Report) -> None:
    """Each of them, and no longer than it lasts."""
    assert report.status() is Status.READY
    report.facts.is_connected = False
    assert report.status() is Status.FAULT
    report.facts.is_busy = True
    assert report.status() is Status.BUSY
    report.facts = Facts(pin_faults=["pin 17 is in use"])
    assert report.status() is Status.FAULT
    report.facts = Facts(node_faults=["settings.json is damaged"])
    assert report.status() is Status.FAULT
    report.facts = Facts()
    report.reporter.camera_is(CameraStatus(fault="unplugged"))
    assert report.status() is Status.FAULT
    report.reporter.camera_is(AVAILABLE)
    assert report.status() is Status.READY
    assert Report(is_safe_mode=True).status() is Status.FAULT


def test_a_thousand_changes_in_a_second_are_two_documents(report: Report) -> None:
    """The first at once, and the last one when the second is over."""
    for number in range(1000, -1, -1):
        report.facts.dropped_events = number
        report.reporter.report()
    assert [content["dropped_events"] for _name, content in report.sink.documents] == [1000]
    report.clock.seconds += 1
    report.reporter.report()
    assert [content["dropped_events"] for _name, content in report.sink.documents] == [1000, 0]


def test_what_has_not_changed_is_not_reported(report: Report) -> None:
    """The temperature is read every five minutes, or it would change every second."""
    for second in range(300):
        report.facts.temperature = 40.0 + second
        report.reporter.report()
        report.clock.seconds += 1
    assert len(report.sink.documents) == 1
    report.reporter.report()
    assert report.sink.newest("diagnostics")["cpu_temperature"] == 339


def test_an_observation_that_the_broker_confirms_soon_has_never_waited(report: Report) -> None:
    """Presses do not let the queue flicker; an outage shows after five seconds, and its end at once."""
    for second in range(30):
        report.facts.queue_length = second % 3
        report.reporter.report()
        report.clock.seconds += 1
    assert len(report.sink.documents) == 1
    report.facts.queue_length = 2
    for _ in range(6):
        report.reporter.report()
        report.clock.seconds += 1
    assert report.sink.newest("diagnostics")["queue_length"] == 2
    report.facts.queue_length = 0
    report.reporter.report()
    assert report.sink.newest("diagnostics")["queue_length"] == 0


def test_an_idle_day_changes_the_diagnostics_three_hundred_times_at_most(report: Report) -> None:
    """However much the temperature jumps; and the noise of a sensor changes them hardly ever."""

    def documents_of_a_day(temperature: Callable[[], float]) -> int:
        before = len(report.sink.documents)
        for _ in range(0, 24 * 60 * 60, 10):
            report.facts.temperature = temperature()
            report.reporter.report()
            report.clock.seconds += 10
        return len(report.sink.documents) - before

    noise = np.random.default_rng(1)
    assert 250 < documents_of_a_day(lambda: noise.uniform(30, 80)) <= 300
    assert documents_of_a_day(lambda: 50 + 0.487 * noise.integers(-2, 3)) <= 3


def test_a_voltage_that_was_too_low_for_a_moment_is_seen_and_stays_for_ten_minutes(
    report: Report,
) -> None:
    """Whoever reads it every five minutes only would miss it."""
    report.reporter.report()
    assert report.sink.newest("diagnostics")["under_voltage"] is None
    shown = []
    for second in range(1, 700):
        report.clock.seconds += 1
        report.facts.is_under_voltage = second == 2
        report.reporter.report()
        shown.append(report.sink.newest("diagnostics")["under_voltage"])
    assert shown == ["OFF"] + ["ON"] * 600 + ["OFF"] * 98


def test_faults_are_shown_in_words(report: Report) -> None:
    """All that are wrong with the node together; the camera's in its own place."""
    report.facts.node_faults = ["settings.json is damaged", "perception failed"]
    unplugged = CameraStatus(fault="unplugged", trouble=CameraTrouble.NO_PICTURE)
    report.reporter.camera_is(unplugged)
    report.reporter.report()
    shown = report.sink.newest("diagnostics")
    assert shown["node_fault"] == "settings.json is damaged; perception failed"
    assert (shown["camera_problem"], shown["camera_fault"]) == ("ON", "no_picture")
    assert shown["_attributes"] == {
        "camera_fault": {"text": "Camera gives no picture", "reason": "unplugged"},
        "last_failure": {},
    }
    assert shown["model"] == "attributes 1.0.0"
