"""What follows from an observation, once for all sinks: what of it may leave, its state, and until when both hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from device.config import Config
from device.entities.documents import SETTINGS
from device.entities.settings import Settings
from device.entities.table import CELEBA, entities
from device.node.expiring_state import ExpiringState
from device.node.fan_out import FanOut
from device.node.observer import unseen
from device.observation import Face, Observation, Reason
from device.system.json_store import JsonStore
from device.system.known_secrets import KnownSecrets
from tests.clock import Clock
from tests.node.fakes import PLAIN, RecordingSink, face, trigger

TABLE = entities(Config.model_validate({"mqtt": {"host": "broker"}}), CELEBA)
_SECRET = "hush-hush"
STATE_EXPIRY, PICTURE_EXPIRY = 300.0, 60.0


class Other:
    """A fact of another analyser."""

    def to_json(self) -> dict[str, object]:
        """Return one key."""
        return {"other": 1}


@dataclass
class Wired:
    """Two sinks behind a fan-out."""

    folder: Path
    hidden: Sequence[str] = ()
    offered: Sequence[str] = ()
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.first, self.second = RecordingSink(), RecordingSink()
        self.sinks = self.first, self.second
        state = ExpiringState(
            TABLE,
            JsonStore(self.folder / "state.json"),
            expiry=STATE_EXPIRY,
            clock=self.clock,
            read_clock=self.clock.read,
        )
        self.fan_out = FanOut(
            self.sinks,
            state=state,
            picture_expiry=PICTURE_EXPIRY,
            hidden=self.hidden,
            redact=KnownSecrets([_SECRET]).hide_in_sentences,
            offered=self.offered,
            clock=self.clock,
        )
        self.fan_out.begin(None)
        self.fan_out.apply(PLAIN)
        for sink in self.sinks:
            sink.calls.clear()

    def see(self, picture: bytes | None = None, *faces: Face) -> Observation:
        """Hand on what a camera saw: somebody who cannot be judged, or faces."""
        observation = replace(
            unseen("hall", trigger(self.clock()), Reason.TOO_DARK, {}),
            triggered_at=self.clock.now(),
            captured_at=self.clock.now(),
            reason=None if faces else Reason.TOO_DARK,
            faces=faces,
            face_count=2,
        )
        self.fan_out.observed(observation, picture)
        return observation

    @property
    def pictures(self) -> list[bytes | None]:
        """What each sink shows."""
        return [sink.shown for sink in self.sinks]

    @property
    def faces_present(self) -> list[object]:
        """What each sink was last given as the state."""
        return [sink.newest("state")["face_present"] for sink in self.sinks]


@pytest.fixture
def wired(tmp_path: Path) -> Wired:
    """One that has handed on nothing."""
    return Wired(tmp_path)


def test_every_sink_receives_each_observation_and_then_its_state(wired: Wired) -> None:
    """The state is the one that follows from it."""
    observation = wired.see(b"jpeg")
    for sink in wired.sinks:
        assert sink.observations == [(observation, b"jpeg")]
        assert sink.calls == ["observed", "state"]
    assert wired.faces_present == ["ON", "ON"]


def test_triggers_documents_and_the_camera_reach_every_sink(wired: Wired) -> None:
    """As they are."""
    wired.fan_out.triggered(trigger(1.0))
    wired.fan_out.changed(SETTINGS, {"privacy": "OFF"})
    wired.fan_out.camera(is_online=True)
    for sink in wired.sinks:
        assert sink.triggers == [trigger(1.0)]
        assert sink.newest("settings") == {"privacy": "OFF"}
        assert sink.cameras == [True]


def test_the_state_of_before_a_start_reaches_every_sink(tmp_path: Path) -> None:
    """Home Assistant shows it again, and so may a page."""
    Wired(tmp_path).see()
    again = Wired(tmp_path)
    assert again.faces_present == ["ON", "ON"]


def test_attributes_that_the_owner_disabled_reach_no_sink(tmp_path: Path) -> None:
    """On none of the faces; what was concluded from them, and what other analysers found, stays."""
    wired = Wired(tmp_path, hidden=["Male"])
    wired.see(None, face("Male", "Smiling", other=Other()), face("Male"))
    for sink in wired.sinks:
        (observation, _picture) = sink.observations[0]
        assert [set(one.attributes) for one in observation.faces] == [{"Smiling"}, set()]
        first = observation.to_json()["faces"][0]
        assert set(first["attributes"]) == {"Smiling"}
        assert (first["hair_color"], first["facial_hair"], first["other"]) == ("brown", "beard", 1)


def test_what_an_owner_enables_although_it_is_not_offered_says_so(tmp_path: Path) -> None:
    """In the JSON, beside its probability; what is offered has the keys that it always had."""
    wired = Wired(tmp_path, offered=["Smiling"])
    wired.see(None, face("Male", "Smiling"))
    for sink in wired.sinks:
        (observation, _picture) = sink.observations[0]
        attributes = observation.to_json()["faces"][0]["attributes"]
        assert attributes == {
            "Male": {"probability": 0.9, "present": True, "offered": False},
            "Smiling": {"probability": 0.9, "present": True},
        }


def test_a_picture_is_shown_until_it_expires(wired: Wired) -> None:
    """Then every sink shows none; that is reported once."""
    wired.see(b"picture")
    wired.clock.seconds += PICTURE_EXPIRY - 1
    wired.fan_out.tick()
    assert wired.pictures == [b"picture"] * 2
    wired.clock.seconds += 1
    wired.fan_out.tick()
    wired.fan_out.tick()
    assert wired.pictures == [None] * 2
    assert [sink.calls.count("cleared") for sink in wired.sinks] == [1, 1]


def test_a_new_picture_has_its_own_time(wired: Wired) -> None:
    """The expiry of the one before does not end it."""
    wired.see(b"first")
    wired.clock.seconds += PICTURE_EXPIRY - 10
    wired.see(b"second")
    wired.clock.seconds += PICTURE_EXPIRY - 10
    wired.fan_out.tick()
    assert wired.pictures == [b"second"] * 2


def test_an_observation_without_a_picture_ends_the_one_before(wired: Wired) -> None:
    """It would be taken for the newest; and nothing is left that could expire."""
    wired.see(b"picture")
    wired.see(None)
    wired.clock.seconds += PICTURE_EXPIRY
    wired.fan_out.tick()
    assert wired.pictures == [None] * 2
    assert "cleared" not in wired.first.calls


@pytest.mark.parametrize(
    ("settings", "is_cleared"),
    [
        (replace(PLAIN, privacy=True), True),
        (replace(PLAIN, picture_mode="blurred"), True),
        (replace(PLAIN, threshold_offset=0.1), False),
    ],
    ids=["privacy", "another mode", "another setting"],
)
def test_a_picture_goes_with_what_allowed_it(
    wired: Wired, settings: Settings, is_cleared: bool
) -> None:
    """At once, from every sink."""
    wired.see(b"picture")
    wired.fan_out.apply(settings)
    assert wired.pictures == ([None] * 2 if is_cleared else [b"picture"] * 2)


def test_what_was_seen_is_over_after_a_while(wired: Wired) -> None:
    """Every sink receives the state without it, once."""
    wired.see()
    wired.clock.seconds += STATE_EXPIRY
    wired.fan_out.tick()
    wired.fan_out.tick()
    assert wired.faces_present == ["OFF", "OFF"]
    assert wired.first.calls == ["observed", "state", "state"]


def test_with_privacy_what_was_seen_is_over(wired: Wired) -> None:
    """At once; and not without it."""
    wired.see()
    wired.fan_out.apply(replace(PLAIN, threshold_offset=0.1))
    assert wired.faces_present == ["ON", "ON"]
    wired.fan_out.apply(replace(PLAIN, privacy=True))
    assert wired.faces_present == ["OFF", "OFF"]


def test_when_somebody_is_forgotten_what_was_seen_and_its_picture_are_over(wired: Wired) -> None:
    """At once, and in all sinks; it may be of them."""
    wired.see(picture=b"jpeg")
    wired.fan_out.forget()
    assert wired.faces_present == ["OFF", "OFF"]
    assert [sink.shown for sink in wired.sinks] == [None, None]


def test_with_a_lost_camera_what_was_seen_is_over(wired: Wired) -> None:
    """At the start the camera has not been looked for: that loses nothing."""
    wired.see()
    wired.fan_out.camera(is_online=False)
    assert wired.faces_present == ["ON", "ON"]
    wired.fan_out.camera(is_online=True)
    assert wired.faces_present == ["ON", "ON"]
    wired.fan_out.camera(is_online=False)
    assert wired.faces_present == ["OFF", "OFF"]


def test_newer_decisions_reach_every_sink_as_the_state_alone(tmp_path: Path) -> None:
    """Neither as an observation nor with a picture, and without what is hidden."""
    wired = Wired(tmp_path, hidden=["Male"])
    observation = wired.see(b"picture", face("Smiling"))
    again = replace(observation, faces=(face("Eyeglasses", "Male"),))
    wired.fan_out.reconsidered(again)
    for sink in wired.sinks:
        assert sink.calls == ["observed", "state", "state"]
        assert sink.newest("state")["eyeglasses"] == "ON"
        assert sink.newest("state")["smiling"] is None
        assert "male" not in sink.newest("state")
    assert wired.pictures == [b"picture"] * 2
    assert Wired(tmp_path).first.newest("state")["eyeglasses"] == "ON", "a restart keeps it"


def test_newer_decisions_that_change_nothing_reach_no_sink(wired: Wired) -> None:
    """Home Assistant would record the same again."""
    wired.fan_out.reconsidered(wired.see(None, face("Smiling")))
    assert wired.first.calls == ["observed", "state"]


@pytest.mark.parametrize("end", ["privacy", "camera", "expiry"])
def test_newer_decisions_that_come_too_late_reach_no_sink(wired: Wired, end: str) -> None:
    """They were on their way when privacy began, the camera was lost, or the time was up."""
    wired.fan_out.camera(is_online=True)
    observation = wired.see(None, face("Smiling"))
    match end:
        case "privacy":
            wired.fan_out.apply(replace(PLAIN, privacy=True))
            wired.fan_out.apply(PLAIN)
        case "camera":
            wired.fan_out.camera(is_online=False)
            wired.fan_out.camera(is_online=True)
        case _:
            wired.clock.seconds += STATE_EXPIRY
            wired.fan_out.tick()
    wired.first.calls.clear()
    wired.fan_out.reconsidered(replace(observation, faces=(face("Eyeglasses"),)))
    assert wired.first.calls == []
    assert wired.first.newest("state")["eyeglasses"] is None


def test_no_document_holds_a_secret_of_the_configuration(wired: Wired) -> None:
    """An error that is shown in Home Assistant may have come from any library."""
    said = {"privacy": "OFF", "node_fault": f"cannot open {_SECRET} (again)"}
    wired.fan_out.changed(SETTINGS, said)
    for sink in wired.sinks:
        assert sink.newest("settings") == {**said, "node_fault": "cannot open *** (again)"}
