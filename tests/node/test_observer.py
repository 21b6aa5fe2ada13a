"""Every request ends in exactly one observation, with a reason when there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import cv2
import numpy as np
import pytest
import skimage.data

from device.camera import open_camera
from device.config import CameraSettings, PerceptionSettings
from device.errors import CameraError, CameraReleasedError, PerceptionStoppedError
from device.node.observer import Observer, Request, Shot, unseen
from device.observation import Face, Frame, Observation, Reason, Source, Trigger
from device.perception import Perception, open_perception
from device.perception.pipeline import Judgement, Perceived
from device.system.secret_address import SecretAddress
from tests.clock import Clock
from tests.node.fakes import StuckSource, as_before, frame, see_nothing, stuck_camera


@pytest.fixture(scope="module")
def perception() -> Perception:
    """The shipped networks with the default settings."""
    return open_perception(PerceptionSettings(), "attributes")


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture file with one face."""
    path = tmp_path_factory.mktemp("pictures") / "portrait.png"
    cv2.imwrite(str(path), np.ascontiguousarray(skimage.data.astronaut()[..., ::-1]))
    return path


def observer(source: Path, perception: Perception, hysteresis: float = 0.0) -> Observer:
    """Return an observer whose camera is a file."""
    camera = open_camera(CameraSettings(source=SecretAddress(str(source))))
    return Observer(
        "hall",
        camera,
        perception.perceive,
        perception.reconsider,
        burst=2,
        judgement=Judgement(hysteresis=hysteresis),
        clock=monotonic,
    )


def never() -> bool:
    """Want the answer to the end."""
    return False


def ask(who: Observer, trigger: Trigger | None = None, offset: float = 0.0) -> Shot:
    """Ask for an observation."""
    request = Request(trigger or Trigger(Source.BUTTON), offset, "off")
    return who.observe(request, never)


def present(observation: Observation) -> set[str]:
    """Return what the primary face shows."""
    assert observation.primary is not None
    return {name for name, a in observation.primary.attributes.items() if a.present}


def test_a_face_before_the_camera_is_observed(portrait: Path, perception: Perception) -> None:
    """The observation carries the trigger, the times, the stages and the face."""
    trigger = Trigger(Source.BUTTON)
    shot = ask(observer(portrait, perception), trigger)
    seen = shot.observation
    assert (seen.node, seen.trigger, seen.triggered_at) == ("hall", Source.BUTTON, trigger.at)
    assert seen.captured_at is not None
    assert seen.captured_at >= trigger.at
    assert seen.reason is None
    assert "Smiling" in present(seen)
    assert list(seen.timings) == [
        "capture",
        "detect",
        "align",
        "attributes",
        "facial_hair",
        "decide",
        "total",
    ]
    assert (shot.picture, shot.failure) == (None, None)


def test_a_picture_is_rendered_as_the_owner_allows(portrait: Path, perception: Perception) -> None:
    """Here as the crop of the face; the frame itself does not leave."""
    request = Request(Trigger(Source.BUTTON), 0.0, "crop")
    picture = observer(portrait, perception).observe(request, never).picture
    assert picture is not None
    decoded = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert 150 < decoded.shape[0] < 250


def test_total_is_from_the_trigger_and_the_burst_ends_with_its_last_frame() -> None:
    """Also for a trigger that waited; and what came while the frames were decoded is not on any of them."""
    clock = Clock()

    class SlowCamera:
        def burst(self, n: int, newer_than: float) -> list[Frame]:
            assert (n, newer_than) == (2, 998.0)
            clock.seconds += 0.5
            return [frame(1000.1), frame(1000.2)]

    def think(
        frames: Sequence[Frame],
        judgement: Judgement,
        previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        clock.seconds += 30.0
        return see_nothing(frames, judgement, previous, should_stop)

    slow = Observer("hall", SlowCamera(), think, as_before, burst=2, clock=clock)
    shot = ask(slow, Trigger(Source.BUTTON, clock.now(), 998.0))
    assert shot.observation.timings == {"capture": 500.0, "total": 32_500.0}
    assert shot.burst_ended == 1000.2
    assert shot.frames == 2


def test_a_burst_without_a_frame_ends_when_it_begins() -> None:
    """Whoever pressed while the camera failed was seen by nobody, and needs another burst."""
    clock = Clock()

    class DeadCamera:
        def burst(self, n: int, newer_than: float) -> list[Frame]:
            clock.seconds += 10.0
            message = f"not one of {n} frames since {newer_than}"
            raise CameraError(message)

    dead = Observer("hall", DeadCamera(), see_nothing, as_before, burst=2, clock=clock)
    shot = ask(dead, Trigger(Source.BUTTON, clock.now(), 999.0))
    assert shot.observation.reason is Reason.CAMERA_UNAVAILABLE
    assert shot.burst_ended == 1000.0
    assert shot.observation.timings == {"capture": 10_000.0, "total": 11_000.0}


def test_a_missing_camera_is_a_reason(
    tmp_path: Path, perception: Perception, caplog: pytest.LogCaptureFixture
) -> None:
    """The observation says so, and the log says why."""
    shot = ask(observer(tmp_path / "gone.png", perception))
    seen = shot.observation
    assert (seen.reason, seen.faces, seen.captured_at) == (Reason.CAMERA_UNAVAILABLE, (), None)
    assert shot.failure is None
    assert "gone.png" in caplog.text


def test_an_exception_in_perception_is_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    """With the reason failed, the time of the picture, and the traceback in the log."""

    def fail(
        _frames: Sequence[Frame],
        _judgement: Judgement,
        _previous: Sequence[Face],
        _should_stop: Callable[[], bool],
    ) -> Perceived:
        message = "node 7 of the graph"
        raise ValueError(message)

    camera = stuck_camera(StuckSource())
    broken = Observer("hall", camera, fail, as_before, burst=1, clock=monotonic)
    shot = ask(broken)
    assert shot.observation.reason is Reason.FAILED
    assert shot.observation.captured_at is not None
    assert shot.failure == "ValueError: node 7 of the graph"
    assert "Traceback" in caplog.text


def test_a_released_camera_gives_no_observation() -> None:
    """There is no observation that anybody could publish."""
    source = StuckSource()
    camera = stuck_camera(source)
    camera.request_release()
    private = Observer("hall", camera, see_nothing, as_before, burst=1, clock=monotonic)
    with pytest.raises(CameraReleasedError):
        ask(private)
    assert source.reads == 0


def test_a_burst_that_nobody_wants_to_be_judged_any_more_gives_no_observation(
    portrait: Path, perception: Perception
) -> None:
    """Nor a reason: whoever stops it answers in its place."""
    with pytest.raises(PerceptionStoppedError):
        observer(portrait, perception).observe(
            Request(Trigger(Source.BUTTON), 0.0, "full"), lambda: True
        )


def test_every_observation_has_its_own_id_in_the_order_of_time() -> None:
    """Ids are unique and sort as the observations happened."""
    trigger = Trigger(Source.BUTTON)
    ids = [unseen("hall", trigger, Reason.PRIVACY, {}).event_id for _ in range(50)]
    assert ids == sorted(set(ids))


def test_the_same_person_keeps_an_attribute_for_a_moment(
    portrait: Path, perception: Perception
) -> None:
    """Hysteresis holds within ten seconds, and no longer, whatever the time was set to meanwhile."""

    def second_time(later: float, *, set_by: timedelta) -> set[str]:
        who = observer(portrait, perception, hysteresis=0.3)
        ask(who, offset=-0.4)
        trigger = Trigger(Source.BUTTON, datetime.now(UTC) + set_by, monotonic() + later)
        return present(ask(who, trigger).observation)

    for set_by in (timedelta(), timedelta(days=200), timedelta(days=-200)):
        assert second_time(1, set_by=set_by) > second_time(11, set_by=set_by)


def test_after_privacy_nothing_is_remembered(portrait: Path, perception: Perception) -> None:
    """What was seen before does not colour what is seen after."""
    who = observer(portrait, perception, hysteresis=0.3)
    ask(who, offset=-0.4)
    who.forget()
    fresh = observer(portrait, perception, hysteresis=0.3)
    assert present(ask(who).observation) == present(ask(fresh).observation)


def test_another_offset_decides_again_about_the_newest_observation(
    portrait: Path, perception: Perception
) -> None:
    """The same one, with the decisions that this offset makes; nothing else of it changes."""
    who = observer(portrait, perception)
    first = ask(who).observation
    again = who.reconsider(0.4)
    assert again is not None
    strict = observer(portrait, perception)
    assert present(again) == present(ask(strict, offset=0.4).observation) < present(first)
    assert replace(again, faces=()) == replace(first, faces=())
    back = who.reconsider(0.0)
    assert back is not None
    assert back.to_json() == first.to_json()


def test_the_same_offset_decides_nothing_again(portrait: Path, perception: Perception) -> None:
    """It would be published for nothing."""
    who = observer(portrait, perception)
    ask(who, offset=0.1)
    assert who.reconsider(0.1) is None
    assert who.reconsider(0.2) is not None
    assert who.reconsider(0.2) is None


def test_without_a_face_there_is_nothing_to_decide_again(
    tmp_path: Path, perception: Perception
) -> None:
    """Neither before the first press, nor when nobody or nothing was seen."""
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((480, 640, 3), 127, np.uint8))
    for source in (blank, tmp_path / "gone.png"):
        who = observer(source, perception)
        assert who.reconsider(0.2) is None
        ask(who)
        assert who.reconsider(0.2) is None


def test_after_privacy_nothing_is_decided_again(portrait: Path, perception: Perception) -> None:
    """What it would be decided on is gone."""
    who = observer(portrait, perception)
    ask(who)
    who.forget()
    assert who.reconsider(0.4) is None


def test_what_was_decided_again_is_what_the_same_person_showed_before(
    portrait: Path, perception: Perception
) -> None:
    """The next press within ten seconds goes by what Home Assistant shows, not by what it has shown before that."""
    who = observer(portrait, perception, hysteresis=0.3)
    ask(who)
    shown = who.reconsider(-0.4)
    assert shown is not None
    fresh = observer(portrait, perception, hysteresis=0.3)
    assert present(ask(who).observation) > present(ask(fresh).observation)


def test_an_exception_in_deciding_again_leaves_the_observation_as_it_is(
    portrait: Path, perception: Perception, caplog: pytest.LogCaptureFixture
) -> None:
    """An analyser of somebody else must not end the node because of a slider."""

    def fail(_seen: Perceived, _judgement: Judgement) -> Perceived:
        message = "divided by nobody"
        raise ValueError(message)

    camera = open_camera(CameraSettings(source=SecretAddress(str(portrait))))
    who = Observer("hall", camera, perception.perceive, fail, burst=1, clock=monotonic)
    ask(who)
    assert who.reconsider(0.4) is None
    assert "divided by nobody" in caplog.text
