"""Every trigger gets one answer: an observation, or a place in that of the burst during which it came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from device.errors import PerceptionError
from device.node.health import MAX_FAILURES
from device.observation import Reason, Source
from tests.node.answers_desk import PRIVATE, Desk
from tests.node.fakes import PLAIN, trigger


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """One that nobody has pressed."""
    return Desk(tmp_path)


def test_a_trigger_is_asked_for_and_its_observation_reaches_the_sink(desk: Desk) -> None:
    """With the picture, if there is one."""
    desk.press(1.0)
    assert desk.answers.is_busy
    desk.capture_ends(2.0, picture=b"jpeg")
    assert not desk.answers.is_busy
    assert len(desk.sink.observations) == 1
    assert desk.sink.observations[0][1] == b"jpeg"


def test_a_press_during_the_burst_is_answered_by_it(desk: Desk) -> None:
    """It is counted; nobody takes a second picture of the same moment."""
    desk.press(1.0)
    desk.press(1.5)
    desk.capture_ends(2.0)
    assert len(desk.capture.requests) == 1
    assert desk.answers.coalesced == 1


def test_a_press_during_a_long_inference_gets_its_own_burst(desk: Desk) -> None:
    """The frames were taken before it: whoever pressed then is on none of them."""
    desk.press(1.0)
    desk.press(25.0, Source.MOTION)
    assert len(desk.capture.requests) == 1
    desk.capture_ends(2.0)  # its inference took half a minute
    assert [request.trigger.source for request in desk.capture.requests] == [
        Source.BUTTON,
        Source.MOTION,
    ]
    assert desk.answers.coalesced == 0
    desk.capture_ends(31.0)
    assert len(desk.sink.observations) == 2


def test_a_press_in_the_inbox_that_is_older_than_the_burst_s_end_is_answered_by_it(
    desk: Desk,
) -> None:
    """It only comes to the desk later."""
    desk.press(1.0)
    desk.capture_ends(2.0)
    desk.press(1.9)
    desk.press(2.0)
    assert len(desk.capture.requests) == 2
    assert desk.answers.coalesced == 1


def test_many_presses_during_an_inference_need_one_more_burst(desk: Desk) -> None:
    """It ends after all of them; each is answered once, and each is counted."""
    desk.press(1.0)
    for number in range(50):
        desk.press(3.0 + number / 10)
    desk.capture_ends(2.0)
    desk.capture_ends(40.0)
    assert len(desk.capture.requests) == 2
    assert len(desk.sink.observations) + desk.answers.coalesced == 51


def test_with_privacy_nobody_asks_the_camera(desk: Desk) -> None:
    """The press is answered all the same, with its time."""
    desk.answers.apply(PRIVATE)
    desk.clock.seconds = 1000.5
    desk.press(1000.0)
    assert desk.capture.requests == []
    observation, picture = desk.sink.observations[0]
    assert (observation.reason, observation.captured_at, picture) == (Reason.PRIVACY, None, None)
    assert observation.timings == {"total": 500.0}
    assert observation.triggered_at == trigger(1000.0).at


def test_a_press_while_an_answer_is_being_published_is_a_later_one(desk: Desk) -> None:
    """A sync of a slow disk takes a while, in which somebody else may press."""
    desk.answers.apply(PRIVATE)

    def sync() -> None:
        desk.clock.seconds += 1.0

    desk.sink.on_observed = sync
    pressed = desk.clock()
    desk.press(pressed)
    desk.press(pressed + 0.5)
    assert desk.sink.reasons == [Reason.PRIVACY] * 2
    assert desk.answers.coalesced == 0


def test_privacy_answers_what_was_asked_for_before_and_drops_what_comes_of_it(desk: Desk) -> None:
    """At once; nothing that the camera saw before or meanwhile is published, however late it comes."""
    desk.press(1.0)
    desk.press(1.5)
    desk.answers.apply(PRIVATE)
    assert desk.sink.reasons == [Reason.PRIVACY]
    assert desk.answers.coalesced == 1
    assert not desk.answers.is_busy
    desk.capture_ends(2.0, picture=b"jpeg")
    assert desk.sink.reasons == [Reason.PRIVACY]
    desk.answers.apply(PLAIN)
    desk.capture_ends(2.0, picture=b"jpeg")
    assert desk.sink.reasons == [Reason.PRIVACY]


def test_after_privacy_only_the_new_request_is_answered(desk: Desk) -> None:
    """The old one may still come out of a camera that was stuck."""
    desk.press(1.0)
    desk.answers.apply(PRIVATE)
    desk.answers.apply(PLAIN)
    desk.press(desk.clock() + 1.0)
    desk.capture_ends(2.0, picture=b"old", number=0)
    desk.capture_ends(desk.clock() + 2.0, picture=b"new", number=1)
    assert desk.sink.reasons == [Reason.PRIVACY, Reason.NO_FACE]
    assert desk.sink.observations[1][1] == b"new"


def test_at_the_end_what_waits_is_answered_without_the_camera(desk: Desk) -> None:
    """Each with its own observation or together with one before; what the camera gives later is dropped."""
    desk.press(1.0)
    desk.press(2.0)
    desk.answers.finish()
    assert not desk.answers.is_busy
    desk.capture_ends(1.5, picture=b"jpeg")
    desk.clock.seconds += 1
    desk.press(desk.clock())
    assert desk.sink.reasons == [Reason.FAILED] * 2
    assert desk.answers.coalesced == 1
    assert len(desk.capture.requests) == 1


def test_at_the_end_of_a_node_in_privacy_the_reason_is_still_privacy(desk: Desk) -> None:
    """That is why there is no picture."""
    desk.answers.apply(PRIVATE)
    desk.answers.finish()
    desk.press(desk.clock())
    assert desk.sink.reasons == [Reason.PRIVACY]


def test_presses_while_the_camera_fails_are_answered_by_one_more_burst(desk: Desk) -> None:
    """The one that failed began before them, and saw nobody; the next begins after all of them."""
    desk.press(1.0)
    for pressed in (3.0, 5.0, 9.0):
        desk.press(pressed)
    desk.capture_ends(1.0)  # it began then, and gave up at 11
    assert [request.trigger.monotonic for request in desk.capture.requests] == [1.0, 3.0]
    desk.capture_ends(11.0)  # when it began as well
    assert len(desk.sink.observations) == 2
    assert desk.answers.coalesced == 2


def test_a_picture_in_a_mode_that_is_no_longer_allowed_is_not_published(desk: Desk) -> None:
    """The owner chose another one while the press was being answered."""
    desk.answers.apply(replace(PLAIN, picture_mode="full"))
    desk.press(1.0)
    assert desk.capture.requests[0].picture_mode == "full"
    desk.answers.apply(replace(PLAIN, picture_mode="blurred"))
    desk.capture_ends(2.0, picture=b"full")
    assert desk.sink.observations[0][1] is None


def test_perception_that_fails_is_an_answer_and_in_the_end_an_error(desk: Desk) -> None:
    """Each press has had its observation before the node gives up."""
    for number in range(MAX_FAILURES - 1):
        desk.press(10.0 * number)
        desk.capture_ends(10.0 * number + 1.0, failure="ValueError: broken")
    desk.press(1000.0)
    with pytest.raises(PerceptionError, match="3 times in a row, last with ValueError: broken"):
        desk.capture_ends(1001.0, failure="ValueError: broken")
    assert desk.sink.reasons == [Reason.FAILED] * MAX_FAILURES


def test_every_trigger_reaches_the_sink_at_once(desk: Desk) -> None:
    """Before the burst, and also if a burst answers it or the camera is private: a doorbell rings all the same."""
    desk.press(1.0)
    assert desk.sink.calls == ["triggered"]
    desk.press(1.5)
    desk.capture_ends(2.0)
    desk.press(1.9)
    desk.answers.apply(PRIVATE)
    desk.press(desk.clock())
    assert [one.monotonic for one in desk.sink.triggers] == [1.0, 1.5, 1.9, desk.clock()]
    assert desk.answers.coalesced == 2
    assert desk.sink.calls[-2:] == ["triggered", "observed"]


def test_a_trigger_that_privacy_answers_late_is_not_a_second_one(desk: Desk) -> None:
    """A doorbell rings once for each press, whoever answers it in the end."""
    desk.press(1.0)
    desk.press(3.0)
    desk.answers.apply(PRIVATE)
    desk.answers.finish()
    assert [one.monotonic for one in desk.sink.triggers] == [1.0, 3.0]


def test_each_trigger_is_reported_before_it_is_answered(desk: Desk) -> None:
    """By the time of the answer there may be a way to the broker; also for one that a burst answers."""
    desk.press(1.0)
    desk.press(2.0)
    assert desk.hurried == [0, 1]
