"""The work for the gallery alone, with a camera and an examiner that tests direct."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from device.entities.roster import RosterEvent
from device.errors import CameraError
from device.node.gallery_tasks import GalleryTask
from device.node.gallery_work import GalleryDone, GalleryWork, PeopleChanged
from device.node.known_people import KnownPeople
from device.node.recent_faces import RecentFaces
from device.node.visitor_log import VisitorLog
from device.observation import Frame, Image
from device.people.embedding import Embedding
from device.people.enrolment import Candidate
from device.people.gallery_file import GalleryFile
from device.people.matching import Limits
from device.people.reader import PEOPLE
from tests.clock import Clock
from tests.node.fakes import frame
from tests.people.conftest import Clock as CivilClock
from tests.people.references import EMBEDDER

PICTURES = 8
PAUSE = 1.0
LIMITS = Limits(score=0.5, margin=0.05, votes=0.6)


def looks(count: int, seed: int = 0) -> list[Embedding]:
    """Return embeddings of one person that are alike, and not the same."""
    random = np.random.default_rng(seed)
    middle = random.normal(size=192)
    vectors = middle / np.linalg.norm(middle) + random.normal(size=(count, 192)) * 0.05
    return [np.asarray(v / np.linalg.norm(v), np.float32) for v in vectors]


class Bench:
    """A gallery, and what changes it.

    Attributes:
        faces: of the next pictures, one after the other.
        camera_fault: what the camera raises instead of giving a picture.
        time: of day; it began at began.
        put: what the node's inbox would have.
        is_over: whether what was seen of somebody counts no more.
        should_stop: whether privacy has begun.
        recent: what is still known of whoever the last observations show.
    """

    def __init__(self, folder: Path, visitors_days: int = 0) -> None:
        self.time = CivilClock()
        self.began = self.time()
        self.path = folder / PEOPLE
        self.clock = Clock()
        self.known = KnownPeople(
            lambda: GalleryFile.open(self.path, EMBEDDER, self.time),
            VisitorLog(visitors_days, LIMITS, self.time),
        )
        self.faces: list[Sequence[Candidate]] = []
        self.camera_fault: CameraError | None = None
        self.put: list[PeopleChanged | GalleryDone] = []
        self.is_over = False
        self.recent = RecentFaces(self.clock)
        self.should_stop: Callable[[], bool] = lambda: False
        self.work = GalleryWork(
            self.known,
            self,
            self,
            self.put.append,
            clock=self.clock,
            pause=PAUSE,
            recent=self.recent,
        )

    def burst(self, n: int, newer_than: float) -> list[Frame]:
        """Return pictures, or fail."""
        if self.camera_fault is not None:
            raise self.camera_fault
        return [frame(newer_than) for _ in range(n)]

    @property
    def limits(self) -> Limits:
        """What it takes to claim a name."""
        return LIMITS

    def examine(self, image: Image) -> list[Candidate]:
        """Return the faces of the next picture."""
        assert image.ndim == 3
        return list(self.faces.pop(0))

    def show(self, *embeddings: Embedding) -> None:
        """Put one face after the other before the camera."""
        self.faces += [[Candidate(embedding, 0.9)] for embedding in embeddings]

    def do(self, task: GalleryTask, *, is_private: bool = False) -> list[RosterEvent]:
        """Do a task to its end, and return what came of it."""
        before = len(self.events)
        self.work.begin(task, lambda: is_private)
        self.tick()
        while self.work.due is not None:
            self.clock.seconds = max(self.work.due, self.clock.seconds)
            self.tick()
        return self.events[before:]

    def tick(self) -> None:
        """Do what is due."""
        self.is_over = self.work.tick(self.should_stop)

    @property
    def events(self) -> list[RosterEvent]:
        """What came of the tasks."""
        return [each.event for each in self.put if isinstance(each, GalleryDone)]

    @property
    def changes(self) -> list[list[str]]:
        """The names of whoever was enrolled at each change."""
        return [
            [person.name for person in each.people]
            for each in self.put
            if isinstance(each, PeopleChanged)
        ]
