"""What was measured of whoever came lately is bounded, and gone when it should be."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from time import sleep

import pytest

from device.node.gallery_tasks import EnrolSeenTask
from device.node.recent_faces import LONGEST, MOST_OBSERVATIONS, RecentFaces
from device.node.timing import Timing
from device.people.embedding import Embedding
from device.people.enrolment import Candidate
from device.people.identity import Recognition
from device.people.person import NewReference
from tests.clock import Clock
from tests.node.gallery_bench import looks
from tests.node.strangers import perceived
from tests.node.test_people_in_the_node import Examiner, names
from tests.node.whole_node import Node, running
from tests.people.faces import identity
from tests.people.traces import traces

_QUICK = Timing(tick=0.05, enrolment_pause=0.2)
_FACE = looks(1, seed=7)[0]
_SEEN = (NewReference(_FACE, 0.9),)


def measured() -> Sequence[Candidate]:
    """Return what a burst has measured of somebody."""
    return [Candidate(look, 0.9) for look in looks(2)]


def test_only_the_last_observations_are_remembered() -> None:
    """However many come."""
    recent = RecentFaces(Clock())
    for number in range(MOST_OBSERVATIONS + 1):
        recent.add(f"event {number}", measured())
    assert not recent.find("event 0")
    assert len(recent.find("event 1")) == 2
    assert len(recent.find(f"event {MOST_OBSERVATIONS}")) == 2


def test_an_observation_is_dropped_when_its_time_is_over() -> None:
    """Whether or not another one comes, or anybody asks."""
    clock = Clock()
    recent = RecentFaces(clock)
    recent.add("event", measured())
    clock.seconds += LONGEST.total_seconds() - 1
    recent.tidy()
    assert _kept(recent) == 1
    clock.seconds += 1
    recent.tidy()
    assert _kept(recent) == 0


def test_a_node_without_a_page_remembers_nobody() -> None:
    """There is nowhere to say who it was."""
    recent = RecentFaces(Clock(), most=0)
    recent.add("event", measured())
    assert _kept(recent) == 0


def test_whoever_was_seen_is_named_without_a_picture(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also after others came; before that no byte of it is in a file of the node."""
    with _running(tmp_path) as node:
        event_id = _be_seen(node)
        _be_seen(node, looks(1, seed=8)[0])
        assert traces(tmp_path / "state", _SEEN) == 0
        assert "enrolled" in _name(node, event_id, caplog)
        assert names(tmp_path) == ["Anna"]


def test_privacy_drops_whoever_was_seen(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """For good: it does not come back when privacy ends."""
    with _running(tmp_path) as node:
        event_id = _be_seen(node)
        node.switch_privacy("ON")
        node.wait_until(lambda: node.sink.newest("settings")["privacy"] == "ON")
        node.switch_privacy("OFF")
        node.wait_until(lambda: node.camera.available)
        assert "refused, nothing_taken" in _name(node, event_id, caplog)


def test_a_node_without_a_page_remembers_nobody_whom_it_has_seen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever asks it."""
    with running(tmp_path, _QUICK, examiner=Examiner(), people={"enabled": True}) as node:
        assert "refused, nothing_taken" in _name(node, _be_seen(node), caplog)


def test_forgetting_anybody_drops_whoever_was_seen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Among them may be whoever was forgotten: nobody can be enrolled again from it, and no file has a trace."""
    with _running(tmp_path) as node:
        event_id = _be_seen(node)
        _name(node, event_id, caplog)
        node.command("selected_person", "Anna")
        node.command("forget", "PRESS")
        node.wait_until(lambda: "Enrolment: confirm" in caplog.text)
        sleep(1.1)  # a double click is one press
        node.command("forget", "PRESS")
        node.wait_until(lambda: "Enrolment: forgotten" in caplog.text)
        assert "refused, nothing_taken" in _name(node, event_id, caplog)
        assert traces(tmp_path / "state", _SEEN) == 0


def _running(folder: Path) -> AbstractContextManager[Node]:
    """Run a node that recognises people and has a page."""
    return running(
        folder, _QUICK, examiner=Examiner(), people={"enabled": True}, page={"enabled": True}
    )


def _be_seen(node: Node, face: Embedding = _FACE) -> str:
    """Have somebody press who is unknown, and return the id of the observation."""
    stranger = perceived((identity(Recognition.UNKNOWN, "Bert", 0.1, frames=5), face))
    node.perception.see = lambda *_: stranger
    before = len(node.sink.observations)
    node.press()
    node.wait_until(lambda: len(node.sink.observations) > before)
    observation, _picture = node.sink.observations[-1]
    return observation.event_id


def _name(node: Node, event_id: str, caplog: pytest.LogCaptureFixture) -> str:
    """Say who an observation shows, and return what the log says came of it."""
    caplog.set_level(logging.INFO, "device.node.people_desk")
    caplog.clear()
    node.inbox.put(EnrolSeenTask("Anna", event_id))
    node.wait_until(lambda: "Enrolment: " in caplog.text)
    return caplog.text


def _kept(recent: RecentFaces) -> int:
    return len(recent._kept)  # noqa: SLF001 - what must be gone
