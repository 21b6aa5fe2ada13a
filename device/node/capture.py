"""The thread that owns the camera and the networks: nobody else touches either."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from device.camera.status import CameraStatus
from device.errors import CameraReleasedError, PerceptionStoppedError
from device.node.gallery_tasks import GalleryTask
from device.node.live import LiveView
from device.node.messages import CameraChanged, Captured, Reconsidered
from device.node.observer import Request, Shot
from device.node.timing import Timing
from device.observation import Observation
from device.supervision.heartbeat import Heartbeat

_LOG = logging.getLogger(__name__)


class OwnedCamera(Protocol):
    """What of the camera is needed here; see camera.Camera."""

    @property
    def status(self) -> CameraStatus:
        """How the camera is."""

    def tick(self, now: float) -> bool:
        """Check the camera if it is time to, or close one that was asked to let go."""

    def request_release(self) -> None:
        """Have a burst give up, and the next tick close the device; from any thread."""

    def resume(self) -> None:
        """End a release; from any thread."""

    def close(self) -> None:
        """Let go of everything."""


class Observing(Protocol):
    """What of the observer is needed here; see observer.Observer."""

    def observe(self, request: Request, should_stop: Callable[[], bool]) -> Shot:
        """Answer a request, unless nobody wants the answer any more."""

    def reconsider(self, threshold_offset: float) -> Observation | None:
        """Decide again about what was seen last; return None where that changes nothing."""

    def forget(self) -> None:
        """Drop what was seen before."""


class GalleryWorking(Protocol):
    """What of the work for the gallery is needed here; see gallery_work.GalleryWork."""

    @property
    def due(self) -> float | None:
        """When to call tick at the latest."""

    def begin(self, task: GalleryTask, is_private: Callable[[], bool]) -> None:
        """Do a task, or begin to; nobody is enrolled once privacy has begun."""

    def release(self) -> None:
        """Give up an enrolment."""

    def tick(self, should_stop: Callable[[], bool]) -> bool:
        """Go on with an enrolment; return whether what was seen of somebody counts no more."""


class CaptureThread:
    """Takes one request after the other, and looks after the camera in between.

    Camera and observer may be made by another thread, before start(); from then on the thread "facet-capture" alone
    uses them, until it closes the camera at its end. request(), reconsider(), set_private() and stop() never wait for
    the camera.

    Args:
        camera: the one that the observer asks.
        observer: answers requests.
        put: takes what came of a request, and how the camera is; the inbox's.
        heartbeat: the thread's.
        clock: monotonic, in seconds.
        timing: how often the camera is checked, and how long an answer may take.
        gallery: the work for the people who are enrolled; None for a node that recognises nobody.
        live: what the page shows of the camera, when nothing else is to be done; None without a page.
    """

    def __init__(
        self,
        camera: OwnedCamera,
        observer: Observing,
        put: Callable[[Captured | Reconsidered | CameraChanged], None],
        heartbeat: Heartbeat,
        *,
        clock: Callable[[], float],
        timing: Timing,
        gallery: GalleryWorking | None = None,
        live: LiveView | None = None,
    ) -> None:
        self._camera = camera
        self._observer = observer
        self._put = put
        self._heartbeat = heartbeat
        self._clock = clock
        self._timing = timing
        self._gallery = gallery
        self._live = live
        self._changed = threading.Condition()
        # All of these are changed only while it is held.
        self._request: Request | None = None
        self._offset: float | None = None
        self._task: GalleryTask | None = None
        self._is_private = False
        self._releases = 0
        self._is_stopping = False
        self._reported = CameraStatus()
        self._thread = threading.Thread(target=self._run, name="facet-capture", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the thread runs; after stop() that is a camera that does not answer."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the thread, which closes the camera; what it was asked for is not answered any more.

        A camera that answers nothing for a long time keeps its thread, which ends with the process.
        """
        with self._changed:
            self._is_stopping = True
            self._camera.request_release()
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(self._timing.end_of_capture)
        if self._thread.is_alive():
            _LOG.error(
                "The camera has not answered for %.0f s; its thread ends only with the process",
                self._timing.end_of_capture,
            )

    def request(self, request: Request) -> None:
        """Ask for an observation; the answer is a Captured, unless privacy begins or stop() is called before.

        One request may wait, for a thread that is still busy with one that privacy has ended.
        """
        with self._changed:
            self._request = request
            self._changed.notify()

    def reconsider(self, threshold_offset: float) -> None:
        """Ask to decide again about what was seen last; the answer is a Reconsidered, if anything is to be decided.

        Only the newest offset counts, and a request that waits comes first. What was seen before privacy is not decided
        again.
        """
        with self._changed:
            self._offset = threshold_offset
            self._changed.notify()

    def work(self, task: GalleryTask) -> None:
        """Ask for work on the gallery, one task at a time; the answer is a GalleryDone.

        A request that waits comes first, also between two pictures of an enrolment. Nobody is enrolled in privacy.
        """
        with self._changed:
            self._task = task
            self._changed.notify()

    def set_private(self, *, is_private: bool) -> None:
        """Release the camera, or let it resume.

        From the moment that this returns, what was asked for before a release is not answered any more.
        """
        with self._changed:
            if is_private is self._is_private:
                return
            self._is_private = is_private
            if is_private:
                self._request = None
                self._offset = None
                self._releases += 1
                self._camera.request_release()
            else:
                self._camera.resume()
            self._changed.notify()

    def _run(self) -> None:
        forgotten = 0
        while True:
            self._heartbeat.begin("checking the camera", self._timing.patience)
            self._camera.tick(self._clock())
            self._report()
            self._heartbeat.begin("waiting", self._timing.tick + self._timing.patience)
            with self._changed:
                if not self._has_work and forgotten == self._releases:
                    self._changed.wait(self._until_work())
                request, self._request = self._request, None
                offset = None
                if request is None:
                    offset, self._offset = self._offset, None
                task, self._task = self._task, None
                releases, is_private = self._releases, self._is_private
                if self._is_stopping:
                    break
            if forgotten != releases:
                self._observer.forget()
                if self._gallery is not None:
                    self._gallery.release()
                forgotten = releases
            if request is not None:
                self._answer(request, releases)
            elif offset is not None:
                self._decide_again(offset, releases)
            if self._gallery is not None:
                self._work(self._gallery, task, releases, is_private=is_private)
            self._look(releases, is_private=is_private)
        self._heartbeat.begin("closing the camera", self._timing.patience)
        self._observer.forget()
        self._camera.close()

    @property
    def _has_work(self) -> bool:
        waiting = (self._request, self._offset, self._task)
        return self._is_stopping or any(each is not None for each in waiting)

    def _until_work(self) -> float:
        """Return for how many seconds there is nothing to do, unless somebody asks for something."""
        gallery = None if self._gallery is None else self._gallery.due
        live = None if self._live is None or self._is_private else self._live.due
        dues = [due - self._clock() for due in (gallery, live) if due is not None]
        return min(max(min(dues, default=self._timing.tick), 0.0), self._timing.tick)

    def _work(
        self, gallery: GalleryWorking, task: GalleryTask | None, releases: int, *, is_private: bool
    ) -> None:
        def is_released() -> bool:
            return releases != self._releases

        self._heartbeat.begin("working on the gallery", self._timing.patience)
        if task is not None:
            # Privacy may have begun since the task was taken: an answer that comes first takes seconds.
            gallery.begin(task, lambda: is_private or is_released())
        if gallery.tick(is_released):
            # A name that holds no more must not come back with a decision that is made again.
            self._observer.forget()

    def _look(self, releases: int, *, is_private: bool) -> None:
        live = self._live
        if live is None or is_private:
            return
        live.rest()
        due = live.due
        if due is None or self._clock() < due:
            return

        def should_stop() -> bool:
            return self._has_work or releases != self._releases

        self._heartbeat.begin("looking for the page", self._timing.patience)
        look = live.look(should_stop)
        with self._changed:
            # As for an answer: nothing is seen after a release.
            if look is not None and releases == self._releases:
                live.show(look)

    def _answer(self, request: Request, releases: int) -> None:
        def should_stop() -> bool:
            return self._is_stopping or releases != self._releases

        source = request.trigger.source
        self._heartbeat.begin(f"answering the trigger by {source}", self._timing.patience)
        try:
            shot = self._observer.observe(request, should_stop)
        except (CameraReleasedError, PerceptionStoppedError) as error:
            _LOG.debug("The trigger by %s is dropped: %s", source, error)
            return
        with self._changed:
            # What is put while the condition is held comes into the inbox before whatever follows a release.
            if releases == self._releases:
                self._reported = self._camera.status
                self._put(Captured(request, shot, self._reported))

    def _decide_again(self, threshold_offset: float, releases: int) -> None:
        self._heartbeat.begin("deciding again", self._timing.patience)
        observation = self._observer.reconsider(threshold_offset)
        if observation is None:
            return
        with self._changed:
            if releases == self._releases:
                self._put(Reconsidered(observation, threshold_offset))

    def _report(self) -> None:
        status = self._camera.status
        with self._changed:
            if status != self._reported:
                self._reported = status
                self._put(CameraChanged(status))
