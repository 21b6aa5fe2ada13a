"""What was seen is over after a while, at privacy, and when the camera is lost; a restart does not bring it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device.config import Config
from device.entities.documents import blank_state
from device.entities.kinds import Json
from device.entities.table import CELEBA, entities
from device.mqtt.outbox import Event
from device.node.expiring_state import ExpiringState
from device.node.observer import unseen
from device.observation import Observation, Reason
from device.system.json_store import JsonStore
from tests.clock import EPOCH, Clock
from tests.node.fakes import trigger

TABLE = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
EXPIRY = 300.0
NOBODY = {"face_present": "OFF", "face_count": 0, "eyeglasses": None, "hair_color": None}


class Wired:
    """A state with its clock and its file; a restart of the node is another one over the same."""

    def __init__(self, folder: Path, clock: Clock | None = None, expiry: float = EXPIRY) -> None:
        self.clock = clock or Clock()
        self.folder = folder
        self.file = JsonStore(folder / "state.json")
        self.state = ExpiringState(
            TABLE, self.file, expiry=expiry, clock=self.clock, read_clock=self.clock.read
        )
        self.newest: Event | None = None

    def see(self, reason: Reason | None = Reason.TOO_DARK) -> Observation:
        """Take an observation of now: of somebody, unless the reason says that nobody looked."""
        observation = replace(
            unseen("hall", trigger(self.clock()), Reason.PRIVACY, {}),
            triggered_at=self.clock.now(),
            captured_at=self.clock.now(),
            reason=reason,
            face_count=2,
        )
        self.state.observed(observation)
        return observation

    def restarted(self, expiry: float = EXPIRY) -> Wired:
        """Return what the next start has."""
        again = Wired(self.folder, self.clock, expiry)
        again.state.restore(self.newest)
        return again

    @property
    def shown(self) -> Mapping[str, Json]:
        """What the document says of those who were seen."""
        return {key: self.state.document[key] for key in NOBODY}


@pytest.fixture
def wired(tmp_path: Path) -> Wired:
    """A node that has just seen two faces, and kept that."""
    wired = Wired(tmp_path)
    wired.see()
    wired.state.save()
    return wired


def seen(shown: Mapping[str, Json]) -> bool:
    """Whether the two are still shown."""
    return (shown["face_present"], shown["face_count"]) == ("ON", 2)


def test_what_was_seen_is_over_after_the_expiry_and_not_before(wired: Wired) -> None:
    """The change is reported once; what became of the trigger stays."""
    wired.clock.seconds += EXPIRY - 1
    assert not wired.state.expire()
    assert seen(wired.shown)
    wired.clock.seconds += 1
    assert wired.state.expire()
    assert wired.shown == NOBODY
    assert wired.state.document["last_result"] == "too_dark"
    wired.clock.seconds += EXPIRY
    assert not wired.state.expire()


def test_each_observation_has_its_own_time(wired: Wired) -> None:
    """That of the one before does not end it."""
    wired.clock.seconds += EXPIRY - 1
    wired.see()
    wired.clock.seconds += EXPIRY - 1
    assert not wired.state.expire()
    assert seen(wired.shown)


def test_with_zero_time_ends_nothing_and_privacy_does(tmp_path: Path) -> None:
    """Also not a restart, a year later."""
    wired = Wired(tmp_path, expiry=0)
    wired.see()
    wired.state.save()
    wired.clock.seconds += 365 * 86400
    assert not wired.state.expire()
    again = wired.restarted(expiry=0)
    assert seen(again.shown)
    assert again.state.end()
    assert again.shown == NOBODY


def test_a_restart_keeps_what_is_not_over_and_for_no_longer(wired: Wired) -> None:
    """The time before the restart counts."""
    wired.clock.seconds += 200
    again = wired.restarted()
    assert seen(again.shown)
    again.clock.seconds += 99
    assert not again.state.expire()
    again.clock.seconds += 1
    assert again.state.expire()
    assert again.shown == NOBODY


def test_a_restart_brings_nothing_back_that_is_over(wired: Wired) -> None:
    """What became of the trigger is no claim about anybody, and stays."""
    wired.clock.seconds += EXPIRY
    again = wired.restarted()
    assert again.shown == NOBODY
    assert again.state.document["last_result"] == "too_dark"


def test_what_privacy_or_a_lost_camera_ended_stays_over(wired: Wired) -> None:
    """At once, and after a restart in the same second."""
    assert wired.state.end()
    assert wired.shown == NOBODY
    assert not wired.state.end()
    assert wired.restarted().shown == NOBODY
    assert wired.restarted(expiry=0).shown == NOBODY


def test_the_state_that_was_committed_with_an_event_expires_too(wired: Wired) -> None:
    """A kill came before its file was written: the event's time counts."""
    observation = wired.see()
    state = json.dumps(dict(wired.state.document) | {"face_count": 7})
    wired.newest = Event(observation.event_id, wired.clock.now(), "{}", state)
    assert wired.restarted().shown["face_count"] == 7
    (wired.folder / "state.json").unlink()
    wired.clock.seconds += EXPIRY
    assert wired.restarted().shown == NOBODY


@pytest.mark.parametrize(
    "seen_at",
    [None, "yesterday", "2026-01-01T00:00:00", (EPOCH + timedelta(days=9)).isoformat()],
    ids=["an older Facet", "damaged", "without a zone", "the clock was set back"],
)
def test_what_may_be_old_is_over(wired: Wired, seen_at: str | None) -> None:
    """In doubt nobody is there: without the seconds since the boot there is only the time."""
    document = wired.file.load()
    for key in ("seen_at", "boot_id", "uptime"):
        del document[key]
    wired.file.save(document | ({} if seen_at is None else {"seen_at": seen_at}))
    assert wired.restarted().shown == NOBODY


def test_before_the_first_observation_everything_is_unknown(tmp_path: Path) -> None:
    """Whatever ends: nothing was seen, and nobody has looked."""
    wired = Wired(tmp_path)
    wired.state.restore(None)
    assert not wired.state.end()
    assert not wired.state.expire()
    assert wired.state.document == blank_state(TABLE)


def test_newer_decisions_about_what_was_seen_are_taken(wired: Wired) -> None:
    """Of what the owner sees only what was decided changes; the time of the press stays, and a restart keeps it."""
    observation = wired.see()
    before = dict(wired.state.document)
    wired.clock.seconds += 60
    assert wired.state.reconsidered(replace(observation, face_count=3))
    assert dict(wired.state.document) == {**before, "face_count": 3}
    wired.state.save()
    assert wired.restarted().shown["face_count"] == 3


def test_newer_decisions_outlive_a_kill_before_the_event_is_delivered(wired: Wired) -> None:
    """The state that was committed with the event is the older one."""
    observation = wired.see()
    committed = json.dumps(dict(wired.state.document))
    wired.newest = Event(observation.event_id, wired.clock.now(), "{}", committed)
    assert wired.state.reconsidered(replace(observation, face_count=3))
    wired.state.save()
    assert wired.restarted().shown["face_count"] == 3


def test_newer_decisions_that_are_the_same_change_nothing(wired: Wired) -> None:
    """Nobody needs to be told."""
    assert not wired.state.reconsidered(wired.see())


def test_newer_decisions_hold_for_no_longer(wired: Wired) -> None:
    """The expiry counts from the press; what is decided after it is not taken."""
    observation = wired.see()
    wired.clock.seconds += EXPIRY - 1
    assert wired.state.reconsidered(replace(observation, face_count=3))
    wired.clock.seconds += 1
    assert wired.state.expire()
    assert not wired.state.reconsidered(replace(observation, face_count=4))
    assert wired.shown == NOBODY


def test_nothing_is_decided_again_once_what_was_seen_is_over(wired: Wired) -> None:
    """Because of privacy, or because the camera is lost; also if an answer was on its way."""
    observation = wired.see()
    wired.state.end()
    assert not wired.state.reconsidered(replace(observation, face_count=3))
    assert wired.shown == NOBODY


def test_nothing_is_decided_again_about_another_observation(wired: Wired) -> None:
    """Somebody else has pressed since, or nobody could be seen."""
    former = wired.see()
    for reason in (Reason.TOO_DARK, Reason.PRIVACY):
        newest = wired.see(reason)
        document = dict(wired.state.document)
        assert not wired.state.reconsidered(replace(former, face_count=3))
        assert wired.state.document == document
    assert not wired.state.reconsidered(replace(newest, face_count=3))


def test_after_a_restart_nothing_is_decided_again(wired: Wired) -> None:
    """What it would be decided on is gone."""
    observation = wired.see()
    wired.state.save()
    assert not wired.restarted().state.reconsidered(replace(observation, face_count=3))


@pytest.mark.parametrize(
    "state",
    ["", "{", "[]", "[" * 100_000, '{"last_result": "\\ud800"}', '{"face_count": NaN}'],
    ids=["empty", "half", "a list", "deep", "half a character", "no number"],
)
def test_a_damaged_state_beside_an_event_is_not_used(wired: Wired, state: str) -> None:
    """The file's is; the event itself is another matter."""
    wired.newest = Event("f" * 36, wired.clock.now(), "{}", state)
    assert seen(wired.restarted().shown)


def test_a_state_of_which_a_value_is_damaged_keeps_the_others(wired: Wired) -> None:
    """What is unknown is unknown, and nobody who was not seen is shown."""
    path = wired.folder / "state.json"
    path.write_text(path.read_text().replace('"face_count": 2', '"face_count": 6'))
    assert wired.restarted().shown == NOBODY | {"face_present": "ON", "face_count": None}


def test_when_somebody_is_forgotten_the_file_says_no_more_who_was_seen(wired: Wired) -> None:
    """What has merely expired is left in it, for the next start to see when that was."""
    wired.clock.seconds += EXPIRY
    assert wired.state.expire()
    assert wired.file.load()["face_count"] == 2
    assert not wired.state.forget(), "the document is the same"
    assert wired.file.load()["face_count"] == 0
    wired.see()
    assert wired.state.forget()
    assert wired.file.load()["face_count"] == 0
    assert not seen(wired.restarted().shown)
