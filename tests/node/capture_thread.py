"""A capture thread alone, with a camera that tests direct."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic

from device.camera.camera import Camera
from device.node.capture import CaptureThread, Observing
from device.node.messages import CameraChanged, Captured, Reconsidered
from device.node.observer import Observer, Request
from device.node.timing import Timing
from device.observation import Source, Trigger
from device.supervision.heartbeat import Heartbeat
from tests.clock import Clock
from tests.node.fakes import SOON, StuckSource, as_before, see_nothing, stuck_camera

QUICK = Timing(tick=0.01, patience=2.0, end_of_capture=SOON)


def observer_of_nothing(camera: Camera) -> Observer:
    """Return an observer to whom every room is empty."""
    return Observer("hall", camera, see_nothing, as_before, burst=1, clock=monotonic)


class Running:
    """A capture thread whose camera may be stuck, and what it puts into the inbox.

    Args:
        observer: returns what answers its requests; by default it sees nothing.
    """

    def __init__(self, observer: Callable[[Camera], Observing] = observer_of_nothing) -> None:
        self.source = StuckSource()
        self.camera = stuck_camera(self.source)
        self.put: SimpleQueue[Captured | Reconsidered | CameraChanged] = SimpleQueue()
        self.clock = Clock()
        self.heartbeat = Heartbeat("capture thread", self.clock)
        self.observer = observer(self.camera)
        self.thread = self.another_thread(self.camera, self.observer)

    def another_thread(self, camera: Camera, observer: Observing) -> CaptureThread:
        """Return a thread of another camera or observer, which puts where this one's does."""
        return CaptureThread(
            camera, observer, self.put.put, self.heartbeat, clock=monotonic, timing=QUICK
        )

    def request(self) -> Request:
        """Ask for an observation."""
        request = Request(Trigger(Source.BUTTON), 0.0, "off")
        self.thread.request(request)
        return request

    def expect_capture(self) -> Captured:
        """Wait for what came of a request."""
        while True:
            message = self.put.get(timeout=SOON)
            if isinstance(message, Captured):
                return message

    def expect_reconsidered(self) -> Reconsidered:
        """Wait until something was decided again."""
        while True:
            message = self.put.get(timeout=SOON)
            if isinstance(message, Reconsidered):
                return message

    def expect_closed(self) -> None:
        """Wait until the camera is let go."""
        end = monotonic() + SOON
        while self.source.is_open:
            assert monotonic() < end
            threading.Event().wait(0.005)

    def expect_nothing_captured(self) -> None:
        """Make sure that neither a capture comes nor anything that was decided again."""
        while True:
            try:
                message = self.put.get(timeout=0.1)
            except Empty:
                return
            assert isinstance(message, CameraChanged)
