"""Sinks in addition to MQTT: one that fails does not affect the node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from device.entities.documents import SETTINGS
from device.entities.kinds import Document, Json
from device.node.observer import unseen
from device.node.sink import GuardedSink, Sink
from device.observation import Observation, Reason, Source, Trigger
from tests.node.fakes import RecordingSink

TRIGGER = Trigger(Source.BUTTON)
OBSERVATION = unseen("hall", TRIGGER, Reason.PRIVACY, {})


class FailingSink:
    """Fails at everything."""

    def triggered(self, trigger: Trigger) -> None:
        """Fail."""
        raise EOFError(trigger)

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Fail."""
        raise OSError(observation.event_id, picture)

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Fail."""
        raise KeyError(document, content)

    def cleared(self) -> None:
        """Fail."""
        message = "no screen"
        raise ValueError(message)

    def camera(self, *, is_online: bool) -> None:
        """Fail."""
        raise IndexError(is_online)


class Counter(Sink):
    """Counts what comes, and shows no picture."""

    count = 0

    def observed(self, observation: Observation, picture: bytes | None) -> None:
        """Count."""
        del observation, picture
        self.count += 1

    def changed(self, document: Document[Any], content: Mapping[str, Json]) -> None:
        """Count."""
        del document, content
        self.count += 1


def test_a_sink_need_not_write_what_it_has_no_use_for() -> None:
    """Triggers, the end of pictures and the camera: they are there, and do nothing."""
    sink = Counter()
    sink.triggered(TRIGGER)
    sink.observed(OBSERVATION, b"jpeg")
    sink.changed(SETTINGS, {})
    sink.cleared()
    sink.camera(is_online=True)
    assert sink.count == 2


def test_a_guarded_sink_receives_what_its_sink_would() -> None:
    """The guard changes nothing for a sink that works."""
    sink = RecordingSink()
    guarded = GuardedSink(sink)
    guarded.triggered(TRIGGER)
    guarded.observed(OBSERVATION, None)
    guarded.changed(SETTINGS, {"privacy": "ON"})
    guarded.camera(is_online=True)
    guarded.cleared()
    assert [observation for observation, _picture in sink.observations] == [OBSERVATION]
    assert sink.newest(SETTINGS) == {"privacy": "ON"}
    assert sink.triggers == [TRIGGER]
    assert sink.calls == ["triggered", "observed", "settings", "camera", "cleared"]


def test_a_sink_that_fails_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the sink, what it was given, and has the traceback."""
    guarded = GuardedSink(FailingSink())
    guarded.triggered(TRIGGER)
    guarded.observed(OBSERVATION, None)
    guarded.changed(SETTINGS, {})
    guarded.cleared()
    guarded.camera(is_online=False)
    assert "could not take the trigger by button" in caplog.text
    assert f"could not take observation {OBSERVATION.event_id}" in caplog.text
    assert "could not take the document settings" in caplog.text
    assert "could not take the end of a picture" in caplog.text
    assert "could not take whether the camera gives pictures" in caplog.text
    assert caplog.text.count("FailingSink") >= 2
    assert "Traceback" in caplog.text
