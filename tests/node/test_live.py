"""What the camera sees is looked at only while somebody watches, after all other work, and never in privacy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import monotonic, sleep

import pytest

from device.errors import CameraError, CameraReleasedError
from device.node.capture import CaptureThread
from device.node.live import WATCHED_SECONDS, LiveView
from device.node.observer import Request
from device.observation import Face, Frame, Source, Trigger
from device.perception.pipeline import Judgement, Perceived
from tests.clock import Clock
from tests.node.capture_thread import QUICK, Running
from tests.node.fakes import PLAIN, SOON, face, frame, see_nothing

BALANCED = Judgement("balanced")
PRIVATE = replace(PLAIN, privacy=True)


class Eye:
    """A camera and networks that a test directs."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.failure: Exception | None = None
        self.faces: tuple[Face, ...] = ()
        self.judged: list[Judgement] = []
        self.live = LiveView(
            self, self.perceive, lambda each: each, judgement=BALANCED, clock=self.clock
        )

    def burst(self, n: int, newer_than: float) -> list[Frame]:
        """Return a frame, or fail."""
        del newer_than
        if self.failure is not None:
            raise self.failure
        return [frame() for _ in range(n)]

    def perceive(
        self,
        _frames: Sequence[Frame],
        judgement: Judgement,
        _previous: Sequence[Face],
        _should_stop: Callable[[], bool],
    ) -> Perceived:
        """Return what a test wants to be seen."""
        self.judged.append(judgement)
        return Perceived(self.faces, len(self.faces), None, {})

    def look(self) -> None:
        """Look once, as the capture thread does."""
        found = self.live.look(lambda: False)
        assert found is not None
        self.live.show(found)


@pytest.fixture
def eye() -> Eye:
    """Nobody watches yet."""
    return Eye()


def test_nobody_looks_before_somebody_watches_nor_for_long_afterwards(eye: Eye) -> None:
    """One question keeps the view alive for five seconds, and nothing of it is kept then."""
    assert eye.live.due is None
    eye.live.watch()
    eye.look()
    assert eye.live.due is not None
    assert WATCHED_SECONDS < 10
    eye.clock.seconds += WATCHED_SECONDS
    assert eye.live.due is None
    eye.live.rest()
    assert eye.live.newest is None


def test_a_slow_board_has_two_thirds_of_its_time_for_other_things(eye: Eye) -> None:
    """The next look waits twice as long as the last one took, and a quarter of a second is between two at least."""
    eye.live.watch()
    began = eye.clock.seconds
    eye.look()
    assert eye.live.due == pytest.approx(began + 0.25)

    def slow(*_: object) -> Perceived:
        eye.clock.seconds += 1.5
        return see_nothing((), BALANCED)

    live = LiveView(eye, slow, lambda each: each, judgement=BALANCED, clock=eye.clock)
    live.watch()
    began = eye.clock.seconds
    live.look(lambda: False)
    assert live.due == pytest.approx(began + 4.5)


def test_a_look_has_a_picture_its_faces_and_how_many_of_the_last_were_usable(eye: Eye) -> None:
    """As whoever aims the camera needs it."""
    eye.look()
    eye.faces = (face("Smiling"),)
    eye.look()
    newest = eye.live.newest
    assert newest is not None
    assert (newest.usable, newest.counted, newest.size) == (1, 2, (64, 48))
    assert newest.faces == eye.faces
    assert newest.picture is not None
    assert newest.picture.startswith(b"\xff\xd8")


def test_privacy_leaves_nothing_to_see(eye: Eye) -> None:
    """From the moment that the settings are applied."""
    eye.live.watch()
    eye.look()
    eye.live.apply(PRIVATE)
    assert eye.live.newest is None


def test_decisions_are_as_cautious_as_the_owner_wants(eye: Eye) -> None:
    """The slider counts here as it does for a press."""
    eye.live.apply(replace(PLAIN, threshold_offset=0.3))
    eye.look()
    assert eye.judged[-1].threshold_offset == 0.3


@pytest.mark.parametrize("failure", [CameraError("unplugged"), ValueError("unplugged")])
def test_a_camera_that_fails_says_so_in_place_of_a_picture(eye: Eye, failure: Exception) -> None:
    """The next look may go well."""
    eye.failure = failure
    eye.look()
    newest = eye.live.newest
    assert newest is not None
    assert newest.picture is None
    assert "unplugged" in str(newest.fault)


def test_a_camera_that_is_released_shows_nothing(eye: Eye) -> None:
    """Not even that it was."""
    eye.failure = CameraReleasedError("released")
    assert eye.live.look(lambda: False) is None


class _Watched(Running):
    """A capture thread with a live view, which a test may hold up in the middle of a look."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked_to_stop = False
        self.is_held = False
        self.is_looking = False
        self.live = LiveView(
            self.camera, self._look, lambda each: each, judgement=BALANCED, clock=monotonic
        )
        self.thread = CaptureThread(
            self.camera,
            self.observer,
            self.put.put,
            self.heartbeat,
            clock=monotonic,
            timing=QUICK,
            live=self.live,
        )

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        end = monotonic() + SOON
        while not holds():
            assert monotonic() < end
            self.live.watch()
            sleep(0.002)

    def _look(
        self,
        frames: Sequence[Frame],
        judgement: Judgement,
        _previous: Sequence[Face],
        should_stop: Callable[[], bool],
    ) -> Perceived:
        if self.is_held:
            self.is_looking = True
            self.wait_until(should_stop)
            self.is_asked_to_stop = True
        return see_nothing(frames, judgement)


@pytest.fixture
def watched() -> Iterator[_Watched]:
    """Somebody watches."""
    made = _Watched()
    made.live.watch()
    made.thread.start()
    yield made
    made.thread.stop()


def test_a_press_does_not_wait_for_a_look(watched: _Watched) -> None:
    """The look is asked to stop as soon as somebody presses."""
    watched.wait_until(lambda: watched.live.newest is not None)
    watched.is_held = True
    watched.wait_until(lambda: watched.is_looking)
    request = Request(Trigger(Source.BUTTON), 0.0, "off")
    watched.thread.request(request)
    watched.wait_until(lambda: watched.is_asked_to_stop)
    watched.is_held = False
    assert watched.expect_capture().request is request


def test_what_was_seen_before_privacy_is_not_shown_after_it(watched: _Watched) -> None:
    """Although the look had begun before."""
    watched.wait_until(lambda: watched.live.newest is not None)
    watched.is_held = True
    watched.wait_until(lambda: watched.is_looking)
    watched.thread.set_private(is_private=True)
    watched.live.apply(PRIVATE)
    watched.wait_until(lambda: watched.is_asked_to_stop)
    sleep(0.3)
    assert watched.live.newest is None
    watched.is_held = False
    watched.live.watch()
    sleep(0.3)
    assert watched.live.newest is None
