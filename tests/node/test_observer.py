"""Every trigger ends in exactly one observation, with a reason when there is nothing to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from device.camera import open_camera
from device.config import CameraSettings, PerceptionSettings
from device.node.observer import Observer
from device.observation import Observation, Reason, Source, Trigger
from device.perception import Perception, open_perception


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
    camera = open_camera(CameraSettings(source=str(source)))
    return Observer("hall", camera, perception.perceive, burst=2, hysteresis=hysteresis)


def look(
    who: Observer, trigger: Trigger | None = None, *, privacy: bool = False, offset: float = 0.0
) -> Observation:
    """Trigger an observation."""
    trigger = trigger or Trigger(Source.BUTTON)
    return who.observe(trigger, privacy=privacy, threshold_offset=offset).observation


def present(observation: Observation) -> set[str]:
    """Return what the primary face shows."""
    assert observation.primary is not None
    return {name for name, a in observation.primary.attributes.items() if a.present}


def test_a_face_before_the_camera_is_observed(portrait: Path, perception: Perception) -> None:
    """The observation carries the trigger, the times, the stages and the face."""
    trigger = Trigger(Source.BUTTON)
    seen = look(observer(portrait, perception), trigger)
    assert (seen.node, seen.trigger, seen.triggered_at) == ("hall", Source.BUTTON, trigger.at)
    assert seen.captured_at is not None
    assert seen.captured_at >= trigger.at
    assert seen.reason is None
    assert "Smiling" in present(seen)
    assert seen.timings.keys() == {"capture", "detect", "align", "attributes", "decide", "total"}


def test_a_missing_camera_is_a_reason(
    tmp_path: Path, perception: Perception, caplog: pytest.LogCaptureFixture
) -> None:
    """The observation says so, and the log says why."""
    seen = look(observer(tmp_path / "gone.png", perception))
    assert (seen.reason, seen.faces, seen.captured_at) == (Reason.CAMERA_UNAVAILABLE, (), None)
    assert "gone.png" in caplog.text


def test_privacy_does_not_look(portrait: Path, perception: Perception) -> None:
    """The camera is not asked at all."""
    camera = open_camera(CameraSettings(source=str(portrait)))
    seen = look(Observer("hall", camera, perception.perceive, burst=1, hysteresis=0), privacy=True)
    assert (seen.reason, seen.faces, seen.captured_at) == (Reason.PRIVACY, (), None)
    assert not camera.is_open


def test_every_observation_has_its_own_id_in_the_order_of_time(
    portrait: Path, perception: Perception
) -> None:
    """Ids are unique and sort as the observations happened."""
    who = observer(portrait, perception)
    ids = [look(who, privacy=True).event_id for _ in range(50)]
    assert ids == sorted(set(ids))


def test_the_same_person_keeps_an_attribute_for_a_moment(
    portrait: Path, perception: Perception
) -> None:
    """Hysteresis holds within ten seconds, and no longer."""

    def second_look(later: timedelta) -> set[str]:
        who = observer(portrait, perception, hysteresis=0.3)
        look(who, offset=-0.4)
        return present(look(who, Trigger(Source.BUTTON, at=datetime.now(UTC) + later)))

    assert second_look(timedelta(seconds=1)) > second_look(timedelta(seconds=11))


def test_after_privacy_nothing_is_remembered(portrait: Path, perception: Perception) -> None:
    """What was seen before does not colour what is seen after."""
    who = observer(portrait, perception, hysteresis=0.3)
    look(who, offset=-0.4)
    who.forget()
    fresh = observer(portrait, perception, hysteresis=0.3)
    assert present(look(who)) == present(look(fresh))
