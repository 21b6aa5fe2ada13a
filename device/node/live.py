"""What the camera sees now, for whoever looks at the node's page: single frames between the node's own work."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from device.entities.settings import Settings
from device.errors import CameraError, CameraReleasedError, PerceptionStoppedError
from device.node.observer import BurstCamera, Perceive
from device.node.picture import encode
from device.observation import Face, UnjudgedFace
from device.perception.pipeline import Judgement

_LOG = logging.getLogger(__name__)

WATCHED_SECONDS = 5.0
"""For which one question keeps the view alive; within ten seconds of the last one the camera has rest."""

# Between the beginnings of two looks: a few a second are enough to aim a camera.
_PAUSE_SECONDS = 0.25
# Of what a look takes, on a slow board: two thirds of the thread's time are left, and few presses come during a look.
_LOOKS_APART = 3.0
# Of the longer side of what is shown: enough to aim, and small for a slow network.
_LONGEST_PIXELS = 640
# Looks of which it is counted how many had a usable face.
_COUNTED = 40


@dataclass(frozen=True, slots=True)
class Look:
    """One frame, and what it shows.

    Attributes:
        number: grows with each look.
        picture: a JPEG, smaller than the frame; None when the camera gave none.
        size: width and height of the frame, in pixels, to which all boxes and points refer.
        faces: as in Observation.
        unjudged: as in Observation.
        usable: of the last looks, how many had a usable face.
        counted: how many those last looks are.
        fault: why there is no picture, for the owner.
    """

    number: int
    picture: bytes | None
    size: tuple[int, int] = (0, 0)
    faces: tuple[Face, ...] = ()
    unjudged: tuple[UnjudgedFace, ...] = ()
    usable: int = 0
    counted: int = 0
    fault: str | None = None


class LiveView:
    """Looks through the camera while somebody watches.

    Any thread may watch, read the newest look and take other settings; the capture thread looks, when nothing else is
    to be done.

    Args:
        camera: gives the frames.
        perceive: returns what a frame shows, and remembers nothing of it.
        show: takes out of a face what no page shows.
        judgement: how cautious decisions are, but for the offset, which the settings have.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        camera: BurstCamera,
        perceive: Perceive,
        show: Callable[[Face], Face],
        *,
        judgement: Judgement,
        clock: Callable[[], float],
    ) -> None:
        self._camera = camera
        self._perceive = perceive
        self._show_face = show
        self._judgement = judgement
        self._clock = clock
        self._changed = threading.Lock()
        self._watched_until = float("-inf")
        self._newest: Look | None = None
        self._on_look: Callable[[], object] = lambda: None
        # The capture thread's own.
        self._next_look = float("-inf")
        self._number = 0
        self._were_usable: deque[bool] = deque(maxlen=_COUNTED)

    def watch(self) -> None:
        """Keep the view alive for a while; from any thread."""
        self._watched_until = self._clock() + WATCHED_SECONDS

    @property
    def is_watched(self) -> bool:
        """Whether somebody wants to see what the camera sees."""
        return self._clock() < self._watched_until

    @property
    def newest(self) -> Look | None:
        """The newest look; None before the first, and in privacy."""
        with self._changed:
            return self._newest

    def on_look(self, call: Callable[[], object]) -> None:
        """Have something called after each look, on the thread that looks; it must not wait."""
        self._on_look = call

    def apply(self, settings: Settings) -> None:
        """Take other settings; in privacy nothing is left to see from the moment that this returns."""
        self._judgement = replace(self._judgement, threshold_offset=settings.threshold_offset)
        if settings.privacy:
            self.forget()

    def forget(self) -> None:
        """Drop what was seen."""
        with self._changed:
            self._newest = None
            self._were_usable.clear()

    @property
    def due(self) -> float | None:
        """When to look at the latest, on the clock; None while nobody watches."""
        return self._next_look if self.is_watched else None

    def look(self, should_stop: Callable[[], bool]) -> Look | None:
        """Take one frame, and return what it shows; for the capture thread.

        Args:
            should_stop: whether something more important is to be done, or privacy has begun.

        Returns:
            None where that was so.
        """
        began = self._clock()
        try:
            return self._looked(began, should_stop)
        except (CameraReleasedError, PerceptionStoppedError):
            return None
        except CameraError as error:
            return Look(self._number, None, fault=str(error))
        except Exception as error:  # noqa: BLE001 - as for a trigger: the next frame may go well
            _LOG.exception("The live view has no picture")
            return Look(self._number, None, fault=f"{type(error).__name__}: {error}")
        finally:
            self._number += 1
            took = self._clock() - began
            self._next_look = began + max(_PAUSE_SECONDS, _LOOKS_APART * took)

    def show(self, look: Look) -> None:
        """Have everybody who watches see a look."""
        with self._changed:
            self._newest = look
        self._on_look()

    def rest(self) -> None:
        """Keep nothing of what was seen once nobody watches any more."""
        if not self.is_watched and self._newest is not None:
            self.forget()

    def _looked(self, began: float, should_stop: Callable[[], bool]) -> Look:
        frame, *_ = self._camera.burst(1, newer_than=began - _PAUSE_SECONDS)
        seen = self._perceive([frame], self._judgement, (), should_stop)
        if should_stop():
            raise PerceptionStoppedError
        picture = encode(frame.image, _LONGEST_PIXELS)
        height, width = frame.image.shape[:2]
        with self._changed:
            self._were_usable.append(bool(seen.faces))
            usable, counted = sum(self._were_usable), len(self._were_usable)
        return Look(
            self._number,
            picture,
            (width, height),
            tuple(self._show_face(face) for face in seen.faces),
            seen.unjudged,
            usable,
            counted,
        )
