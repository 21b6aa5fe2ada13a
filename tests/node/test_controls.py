"""Commands change settings, and what Home Assistant shows is how it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from device import __version__
from device.entities.requests import Capture, PeopleRequest, Restart
from device.entities.settings import Settings
from device.entities.table import CATALOGUE
from device.entities.update import Update
from device.errors import StoreError
from device.node.controls import Controls
from device.node.settings_store import Loaded
from device.node.timing import Timing
from device.updates.artifact import Kind
from tests.clock import Clock
from tests.node.fakes import PLAIN, FakeUpdates, RecordingSink

PRIVATE = replace(PLAIN, privacy=True)


@dataclass
class FakeStore:
    """Keeps settings, unless its disk is full."""

    loaded: Loaded
    is_full: bool = False
    kept: list[Settings] = field(default_factory=list)
    tries: int = 0

    def load(self) -> Loaded:
        """Return what a test wants."""
        return self.loaded

    def save(self, settings: Settings) -> None:
        """Keep, or fail."""
        self.tries += 1
        if self.is_full:
            raise StoreError(Path("/state/settings.json"), "it cannot be written: No space left")
        self.kept.append(settings)


class Panel:
    """Controls, and what they drive."""

    def __init__(self, loaded: Loaded) -> None:
        self.clock = Clock()
        self.store = FakeStore(loaded)
        self.sink = RecordingSink()
        self.updates = FakeUpdates()
        self.asked_of_people: list[PeopleRequest] = []
        self.applied: list[Settings] = []
        self.kept_when_applied: list[int] = []
        table = [
            replace(row, is_installable=True) if isinstance(row, Update) else row
            for row in CATALOGUE
        ]
        self.controls = Controls(
            table,
            self.store,
            self.sink,
            apply=[self._apply],
            updates=self.updates,
            people=self.asked_of_people.append,
            clock=self.clock,
            timing=Timing(save_interval=60.0),
        )
        self.controls.begin()

    def _apply(self, settings: Settings) -> None:
        self.applied.append(settings)
        self.kept_when_applied.append(self.store.tries)

    @property
    def shown_privacy(self) -> object:
        """What Home Assistant shows."""
        return self.sink.newest("settings")["privacy"]


@pytest.fixture
def panel() -> Panel:
    """A node that nobody has set anything of."""
    return Panel(Loaded(PLAIN))


def test_the_start_applies_and_publishes_the_settings(panel: Panel) -> None:
    """Before anything else can ask."""
    assert panel.applied == [PLAIN]
    assert panel.shown_privacy == "OFF"
    assert not panel.controls.faults


def test_a_setting_is_kept_applied_and_published(panel: Panel) -> None:
    """In this order: what is applied survives a restart."""
    assert panel.controls.obey("threshold_offset", b"0.1") is None
    changed = replace(PLAIN, threshold_offset=0.1)
    assert panel.store.kept == [changed]
    assert panel.applied[-1] == changed
    assert panel.kept_when_applied[-1] == 1
    panel.controls.publish_if_owed()
    assert panel.sink.newest("settings")["threshold_offset"] == 0.1


def test_a_flood_of_commands_is_published_once(panel: Panel) -> None:
    """When nothing waits any more."""
    for number in range(20):
        panel.controls.obey("threshold_offset", f"{number / 100}".encode())
    before = len(panel.sink.documents)
    for _ in range(3):
        panel.controls.publish_if_owed()
    assert len(panel.sink.documents) == before + 1
    assert panel.sink.newest("settings")["threshold_offset"] == 0.19


def test_a_command_that_means_nothing_is_rejected_readably_and_answered_with_the_actual_state(
    panel: Panel, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant shows what it asked for until the actual value is published."""
    assert panel.controls.obey("privacy", b"maybe") is None
    assert "set/privacy: 'maybe' is rejected" in caplog.text
    assert panel.controls.settings == PLAIN
    before = len(panel.sink.documents)
    panel.controls.publish_if_owed()
    assert len(panel.sink.documents) == before + 1


def test_captures_and_restarts_are_left_to_the_loop(panel: Panel) -> None:
    """They change nothing here."""
    assert panel.controls.obey("capture", b"PRESS") == Capture()
    assert panel.controls.obey("restart", b"PRESS") == Restart()
    assert panel.store.kept == []


def test_installs_are_passed_on(panel: Panel) -> None:
    """As a kind, not as a key."""
    assert panel.controls.obey("software", b"INSTALL") is None
    assert panel.updates.installed == [Kind.SOFTWARE]


def test_a_version_on_the_broker_is_taken_and_has_the_index_read(panel: Panel) -> None:
    """An empty one takes it back; one that is not a version is rejected with a readable error."""
    assert panel.controls.newest_version == __version__
    panel.controls.take_version(b"99.1.0")
    assert panel.controls.newest_version == "99.1.0"
    panel.controls.take_version(b"<script>")
    assert panel.controls.newest_version == "99.1.0"
    panel.controls.take_version(b"")
    assert panel.controls.newest_version == __version__
    assert panel.updates.looks == 3


def test_privacy_is_applied_before_it_is_kept_and_published_at_once(panel: Panel) -> None:
    """A disk may take its time; the camera may not."""
    panel.controls.obey("privacy", b"ON")
    assert panel.applied[-1] == PRIVATE
    assert panel.kept_when_applied[-1] == 0
    assert panel.store.kept == [PRIVATE]
    assert panel.shown_privacy == "ON"


def test_a_setting_that_cannot_be_kept_is_not_applied(panel: Panel) -> None:
    """Home Assistant shows the old value and the fault, until another one can be kept."""
    panel.store.is_full = True
    panel.controls.obey("threshold_offset", b"0.1")
    assert panel.applied == [PLAIN]
    panel.controls.publish_if_owed()
    assert panel.sink.newest("settings")["threshold_offset"] == 0.0
    (fault,) = panel.controls.faults
    assert fault.startswith(
        "threshold_offset stays as it was, because it could not be kept: /state"
    )
    panel.store.is_full = False
    panel.controls.obey("threshold_offset", b"0.2")
    assert panel.applied[-1].threshold_offset == 0.2
    assert not panel.controls.faults


def test_privacy_that_cannot_be_kept_is_applied_all_the_same(panel: Panel) -> None:
    """When in doubt the camera is off; the fault says that a restart would end it, and it is tried again."""
    panel.store.is_full = True
    panel.controls.obey("privacy", b"ON")
    assert panel.applied[-1] == PRIVATE
    assert panel.shown_privacy == "ON"
    (fault,) = panel.controls.faults
    assert "privacy is on, but not after a restart" in fault
    panel.clock.seconds += 59
    panel.controls.tick()
    assert panel.store.tries == 1
    panel.clock.seconds += 1
    panel.controls.tick()
    assert panel.store.tries == 2
    panel.store.is_full = False
    panel.clock.seconds += 60
    panel.controls.tick()
    assert panel.store.kept == [PRIVATE]
    assert not panel.controls.faults
    panel.clock.seconds += 600
    panel.controls.tick()
    assert panel.store.tries == 3


def test_privacy_that_cannot_be_switched_off_for_good_stays_on() -> None:
    """The next start would have it on again."""
    panel = Panel(Loaded(PRIVATE))
    panel.store.is_full = True
    panel.controls.obey("privacy", b"OFF")
    assert panel.controls.settings.privacy
    panel.controls.publish_if_owed()
    assert panel.shown_privacy == "ON"


def test_damaged_settings_are_a_fault_until_privacy_is_switched_off() -> None:
    """Another setting does not explain why privacy is on."""
    panel = Panel(Loaded(PRIVATE, "settings.json is damaged"))
    assert panel.shown_privacy == "ON"
    panel.controls.obey("threshold_offset", b"0.1")
    assert panel.controls.faults == ("settings.json is damaged",)
    panel.controls.obey("privacy", b"OFF")
    assert not panel.controls.faults


def test_settings_before_the_start_are_a_mistake_in_the_program(panel: Panel) -> None:
    """Nobody may take a default for what the owner has set."""
    controls = Controls(
        [],
        panel.store,
        panel.sink,
        apply=[],
        updates=panel.updates,
        people=panel.asked_of_people.append,
        clock=panel.clock,
        timing=Timing(),
    )
    with pytest.raises(RuntimeError, match="comes first"):
        _ = controls.settings
