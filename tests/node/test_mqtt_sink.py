"""What the node sees and how it is, on its way to Home Assistant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from device.entities.documents import DIAGNOSTICS, MOTION, SETTINGS
from device.entities.roster import Roster, RosterEvent, RosterEventType
from device.mqtt.events import Birth, Connected, Delivered, Disconnected, Refused
from device.node.observer import unseen
from device.observation import Reason, Source
from device.people.identity import Identity, Named, Recognition
from device.people.person import Person
from tests.clock import EPOCH
from tests.node.fakes import face, trigger
from tests.node.wired_sink import STATE_FILE, Wired


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Wired]]:
    """Starts a node in a folder of the test's; each is closed at the end."""
    with ExitStack() as stack:

        def started() -> Wired:
            wired = Wired(tmp_path)
            stack.callback(wired.outbox.close)
            return wired

        yield started


@pytest.fixture
def wired(start: Callable[[], Wired]) -> Wired:
    """A node that has just connected."""
    wired = start()
    wired.connect()
    return wired


def test_an_observation_is_picture_state_and_event_in_this_order(wired: Wired) -> None:
    """What the event starts finds the picture and the sensors that belong to it. It is on disk before all of them."""
    kept: list[int] = []
    wired.transport.on_publish = lambda: kept.append(len(wired.outbox))
    event_id = wired.observe(picture=b"jpeg")
    assert wired.transport.topics == [
        "facet/hall/picture",
        "facet/hall/picture/status",
        "facet/hall/state",
        "facet/hall/event",
    ]
    assert kept == [1] * 4
    assert wired.published("facet/hall/event")[0]["event_id"] == event_id
    assert wired.published("facet/hall/state")[0]["last_result"] == "privacy"
    assert len(wired.outbox) == 1


def test_what_is_seen_follows_the_event_with_one_message_for_each_attribute(wired: Wired) -> None:
    """Home Assistant reads one event from one message. What it starts finds all else of this observation."""
    observation = wired.see("Smiling", "Eyeglasses")
    wired.confirm_everything()
    assert wired.transport.topics == [
        "facet/hall/state",
        "facet/hall/event",
        "facet/hall/seen",
        "facet/hall/seen",
    ]
    assert not any(retain for topic, _, retain in wired.transport.messages if "state" not in topic)
    assert wired.published("facet/hall/seen") == [
        {"event_type": name, "event_id": observation.event_id, "trigger": "button"}
        for name in ("Eyeglasses", "Smiling")
    ]


def test_an_attribute_that_never_leaves_the_node_is_not_seen(wired: Wired) -> None:
    """Neither one that the owner disabled, nor one that is not offered."""
    wired.see("Bald", "Young")
    assert "facet/hall/seen" not in wired.transport.topics


def test_what_was_seen_while_the_broker_was_away_fires_nothing(start: Callable[[], Wired]) -> None:
    """Nobody wants "eyeglasses" an hour later; the observation itself comes all the same."""
    wired = start()
    wired.transport.is_down = True
    wired.see("Eyeglasses")
    wired.transport.is_down = False
    wired.see("Eyeglasses")
    wired.sink.handle(Connected())
    wired.confirm_everything()
    assert len(wired.published("facet/hall/event")) == 2
    assert "facet/hall/seen" not in wired.transport.topics
    wired.see("Eyeglasses")
    assert len(wired.published("facet/hall/seen")) == 1


def test_a_press_rings_at_once_and_is_never_kept(wired: Wired) -> None:
    """A bell that rings an hour later is worse than none."""
    wired.fan_out.triggered(trigger(1.0))
    wired.fan_out.triggered(trigger(2.0, Source.MOTION))
    assert [(topic, retain) for topic, _, retain in wired.transport.messages] == [
        ("facet/hall/pressed", False)
    ]
    assert wired.published("facet/hall/pressed")[0]["event_type"] == "ring"
    wired.confirm_everything()
    wired.transport.messages.clear()
    wired.clock.seconds += 1.0
    wired.transport.is_down = True
    wired.fan_out.triggered(trigger(3.0))
    wired.transport.is_down = False
    wired.sink.handle(Connected())
    wired.confirm_everything()
    assert "facet/hall/pressed" not in wired.transport.topics


def test_what_the_motion_sensor_says_is_retained_and_announced_again(wired: Wired) -> None:
    """A Home Assistant that has just started shows it."""
    wired.fan_out.changed(MOTION, {"motion": "ON"})
    assert wired.transport.messages == [("facet/hall/motion", '{"motion":"ON"}', True)]
    wired.sink.handle(Birth())
    assert wired.published("facet/hall/motion") == [{"motion": "ON"}] * 2


def test_without_a_connection_the_event_waits_and_the_state_is_announced_later(
    start: Callable[[], Wired],
) -> None:
    """First who the node is and how, then what it has seen meanwhile."""
    wired = start()
    wired.transport.is_down = True
    wired.observe()
    wired.transport.is_down = False
    wired.sink.handle(Connected())
    assert wired.transport.topics[-2:] == ["facet/hall/status", "facet/hall/event"]
    assert wired.published("facet/hall/state")[0]["last_result"] == "privacy"


def test_an_announcement_has_everything_that_was_said_last(start: Callable[[], Wired]) -> None:
    """For a broker that forgot it, and for a Home Assistant that has just started."""
    wired = start()
    wired.sink.changed(SETTINGS, {"privacy": "OFF"})
    wired.sink.changed(DIAGNOSTICS, {"queue_length": 7})
    wired.sink.camera(is_online=True)
    for event in (Connected(), Birth()):
        wired.transport.messages.clear()
        wired.sink.handle(event)
        assert wired.transport.topics == [
            "homeassistant/device/hall/config",
            "facet/hall/camera/status",
            "facet/hall/picture/status",
            "facet/hall/picture",
            "facet/hall/state",
            "facet/hall/settings",
            "facet/hall/diagnostics",
            "facet/hall/status",
        ]
        assert wired.transport.messages[1][1] == "online"
        assert wired.published("facet/hall/diagnostics") == [{"queue_length": 7}]


def test_a_confirmation_takes_the_event_off_the_disk(wired: Wired) -> None:
    """A refusal does not; the next connection sends it again."""
    refused = wired.observe()
    wired.sink.handle(Refused(1, "not authorized"))
    assert len(wired.outbox) == 1
    wired.reconnect(is_heard=True)
    assert [event["event_id"] for event in wired.published("facet/hall/event")] == [refused]
    wired.sink.handle(Delivered(len(wired.transport.messages)))
    wired.sender.flush()
    assert wired.outbox.pending_ids() == []


def test_the_state_survives_a_restart(start: Callable[[], Wired]) -> None:
    """Home Assistant shows it again although nobody has pressed since."""
    first = start()
    first.observe()
    first.outbox.close()
    second = start()
    second.sink.handle(Connected())
    assert second.published("facet/hall/state")[0]["last_result"] == "privacy"


def test_the_state_that_was_committed_with_the_event_wins_over_an_older_file(
    tmp_path: Path,
    start: Callable[[], Wired],
) -> None:
    """A kill may come between the two."""
    first = start()
    first.observe(Reason.PRIVACY)
    before = (tmp_path / STATE_FILE).read_text()
    first.observe(Reason.CAMERA_UNAVAILABLE)
    (tmp_path / STATE_FILE).write_text(before)
    first.outbox.close()
    second = start()
    second.sink.handle(Connected())
    assert second.published("facet/hall/state")[0]["last_result"] == "camera_unavailable"
    assert json.loads((tmp_path / STATE_FILE).read_text())["last_result"] == "camera_unavailable"


def test_newer_decisions_are_published_as_the_state_and_nothing_else(
    start: Callable[[], Wired],
) -> None:
    """No event, no picture, and nothing on the way to the disk that keeps events."""
    node = start()
    seen = replace(unseen("hall", trigger(1.0), Reason.TOO_DARK, {}), face_count=1)
    node.fan_out.observed(seen, b"jpeg")
    before, waiting = len(node.transport.messages), node.sender.waiting
    node.fan_out.reconsidered(replace(seen, face_count=2))
    ((topic, payload, is_retained),) = node.transport.messages[before:]
    assert (topic, is_retained) == ("facet/hall/state", True)
    assert json.loads(payload)["face_count"] == 2
    assert node.sender.waiting == waiting


def test_what_is_on_its_way_is_given_up_with_the_connection(wired: Wired) -> None:
    """The rest of what was seen is not sent when the broker is back."""
    wired.see("Smiling", "Eyeglasses")
    wired.sink.handle(Disconnected("gone"))
    wired.sink.handle(Connected())
    wired.confirm_everything()
    assert [event["event_type"] for event in wired.published("facet/hall/seen")] == ["Eyeglasses"]


ANNA = Person("a" * 12, "Anna", EPOCH, EPOCH)


def _see(wired: Wired, person: Person) -> None:
    """Recognise somebody, twice in one picture."""
    identity = Identity(Recognition.KNOWN, (Named(person.id, person.name),))
    nobody = unseen("hall", trigger(1.0), Reason.PRIVACY, {})
    faces = (face(other=identity), face(other=identity))
    wired.fan_out.observed(replace(nobody, reason=None, faces=faces, face_count=2), None)


def test_who_is_recognised_is_where_the_node_is(wired: Wired) -> None:
    """Before the event that an automation waits for; once for each person, and only for people who have a device."""
    topic = f"facet/people/{ANNA.id}"
    _see(wired, ANNA)
    assert topic not in wired.transport.topics
    wired.sink.people(Roster((ANNA,)), [])
    _see(wired, ANNA)
    (seen,) = wired.published(topic)
    order = wired.transport.topics
    assert order.index("facet/hall/state") < order.index(topic)
    assert order.index(topic) < len(order) - 1 - order[::-1].index("facet/hall/event")
    assert seen == {"last_seen": "2026-01-01T00:00:00.000+00:00", "last_seen_by": "Facet"}


def test_who_was_recognised_while_the_broker_was_away_is_not_there_now(wired: Wired) -> None:
    """Somebody has long gone by the time that it is back, and another node may have seen them since."""
    wired.sink.people(Roster((ANNA,)), [])
    wired.transport.is_down = True
    _see(wired, ANNA)
    wired.transport.is_down = False
    wired.reconnect(is_heard=True)
    assert f"facet/people/{ANNA.id}" not in wired.transport.topics


def test_the_names_of_the_people_are_the_options_of_the_choice(start: Callable[[], Wired]) -> None:
    """The discovery is published again when they change, and only then."""
    wired = start()
    wired.sink.people(Roster(), [])
    assert not wired.transport.messages, "nothing is announced before a connection"
    wired.connect()
    for names in (("Anna",), ("Anna",), ("Anna", "Bert")):
        people = tuple(Person(name[0] * 12, name, EPOCH, EPOCH) for name in names)
        wired.sink.people(Roster(people), [])
    offered = [
        payload["components"]["selected_person"]["options"]
        for payload in wired.published("homeassistant/device/hall/config")
    ]
    assert offered == [["Anna"], ["Anna", "Bert"]]


def test_what_comes_of_an_enrolment_is_an_event_of_its_own(wired: Wired) -> None:
    """At once, and never retained."""
    wired.sink.enrolment(RosterEvent(RosterEventType.STARTED, "Anna", "look at the camera"))
    assert wired.transport.topics == ["facet/hall/enrolment"]
    assert not wired.transport.messages[0][2]


def test_states_that_nobody_has_heard_are_published_again(wired: Wired) -> None:
    """All but the discovery and the picture, which would look like a new one; the status comes last, as before."""
    wired.observe(picture=b"jpeg")
    wired.reconnect(is_heard=True)
    announced = wired.transport.topics
    announced = announced[: announced.index("facet/hall/status") + 1]
    wired.answer("facet/hall/status", is_heard=False)
    wired.transport.messages.clear()
    wired.sink.tick()
    assert wired.transport.messages == []
    wired.clock.seconds += 2
    wired.sink.tick()
    left_out = {"homeassistant/device/hall/config", "facet/hall/picture"}
    states = [topic for topic in announced if topic not in left_out]
    assert [topic for topic in wired.transport.topics if topic in states] == states
    assert not left_out & set(wired.transport.topics)
    assert states[-1] == "facet/hall/status"
    assert ("facet/hall/picture/status", "online", True) in wired.transport.messages
