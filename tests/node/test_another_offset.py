"""Another offset of the thresholds has what was seen last decided again, which is not another answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from device.node.messages import Reconsidered
from device.node.observer import unseen
from device.observation import Reason
from tests.node.answers_desk import PRIVATE, Desk
from tests.node.fakes import PLAIN, trigger


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One that nobody has pressed."""
    return Desk(tmp_path)


def test_another_offset_is_asked_for_at_once(desk: Desk) -> None:
    """And nothing is for another setting, or the same offset again."""
    for settings in (
        replace(PLAIN, threshold_offset=0.1),
        replace(PLAIN, threshold_offset=0.1, motion_trigger=True),
        replace(PLAIN, threshold_offset=0.2),
    ):
        desk.answers.apply(settings)
    assert desk.capture.offsets == [0.1, 0.2]
    assert desk.capture.requests == []


def test_what_was_decided_again_reaches_the_sink_unless_the_owner_has_moved_on(desk: Desk) -> None:
    """Of a slider's many values only the newest counts; it is not another observation."""
    seen = unseen("hall", trigger(1.0), Reason.TOO_DARK, {})
    desk.answers.apply(replace(PLAIN, threshold_offset=0.2))
    desk.answers.reconsidered(Reconsidered(seen, 0.1))
    assert desk.sink.decided_again == []
    desk.answers.reconsidered(Reconsidered(seen, 0.2))
    assert desk.sink.decided_again == [seen]
    assert desk.sink.observations == []


def test_with_privacy_nobody_is_asked_to_decide_again(desk: Desk) -> None:
    """There is nothing to decide about."""
    desk.answers.apply(replace(PRIVATE, threshold_offset=0.1))
    desk.answers.apply(replace(PRIVATE, threshold_offset=0.2))
    assert desk.capture.offsets == []
