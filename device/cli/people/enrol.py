"""`facet people enrol` and `test`: pictures become references, or are compared with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from rich.progress import track
from rich.table import Table
from rich.text import Text

from device.camera import open_camera, picture_names, read_picture
from device.cli.people.place import people_file
from device.config import Config, load
from device.errors import CameraError, EnrolmentError, UnknownPersonError
from device.networks.recognition_card import read_recognition_card
from device.observation import Frame, Image
from device.people.calibration import Calibration, calibrate
from device.people.enrolled import Enrolled, enrol
from device.people.gallery import Gallery
from device.people.gallery_file import GalleryFile
from device.people.identity import Identity
from device.people.names import checked_name
from device.people.person import Person
from device.perception import Perception, open_perception
from device.perception.analysers.recognition import limits_of
from device.perception.examination import open_examiner
from device.system.console import open_console

_CAMERA_PICTURES = 8
# Between two pictures of the camera: long enough to turn the head, so that they are not all the same.
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class EnrolledPictures(Enrolled):
    """What came of an enrolment from pictures that its owner can name.

    Attributes:
        sources: the pictures, as the owner knows them.
        is_recognising: whether the node's configuration lets it recognise people.
    """

    sources: Sequence[str]
    is_recognising: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as `facet people enrol --json` prints it."""
        return {
            "id": self.person.id,
            "name": self.person.name,
            "new": self.is_new,
            "references": len(self.enrolment.references),
            "pictures": [
                {
                    "picture": source,
                    "taken": refusal is None,
                    "reason": refusal and refusal.flaw.value,
                    "explanation": refusal and refusal.explanation,
                }
                for source, refusal in zip(self.sources, self.enrolment.refusals, strict=True)
            ],
        }

    def sentence(self) -> str:
        """Return what came of it, for people."""
        if not self.enrolment.references:
            return f"no picture was taken; {self.person.name} is {'not enrolled' if self.is_new else 'as before'}"
        hint = "; the node recognises people once people.enabled is true"
        return Enrolled.sentence(self) + ("" if self.is_recognising else hint)

    def table(self) -> Table:
        """Return a table with a row for each picture."""
        table = Table("picture", "", "why")
        for source, refusal in zip(self.sources, self.enrolment.refusals, strict=True):
            table.add_row(
                Text(source, overflow="fold"),
                "taken" if refusal is None else "not taken",
                Text("" if refusal is None else refusal.explanation),
            )
        return table


def enrol_pictures(
    configuration: Path,
    name: str,
    pictures: Sequence[Path],
    *,
    is_from_camera: bool,
    sleep: Callable[[float], None] = time.sleep,
) -> EnrolledPictures:
    """Enrol somebody, or add references to who has this name.

    Args:
        configuration: the node's YAML file.
        name: of the person.
        pictures: files, and folders of them.
        is_from_camera: take pictures with the node's camera, after those of the files.
        sleep: waits between two pictures of the camera.

    Raises:
        ConfigError: the configuration has faults.
        PeopleError: nobody can have this name, or the gallery cannot be used.
        CameraError: a picture cannot be read, or the camera gives none.
        EnrolmentError: the camera gives no picture.
    """
    config = load(configuration)
    name = checked_name(name)
    with _open(configuration) as gallery:
        same = _of_name(gallery, name)
        known = gallery.snapshot()
        examiner = open_examiner(_perception(config, known), config.perception)
        sources, faces = [], []
        images = _files(pictures)
        if is_from_camera:
            images = chain(images, _camera_images(config, sleep))
        for source, image in images:
            sources.append(source)
            faces.append(examiner.examine(image))
        enrolled = enrol(gallery, known, name, same, faces, examiner.limits)
    return EnrolledPictures(
        enrolled.person, enrolled.is_new, enrolled.enrolment, sources, config.people.enabled
    )


def identify(configuration: Path, pictures: Sequence[Path]) -> Iterator[tuple[str, list[Identity]]]:
    """Yield who is on each picture, as the node would say it, the faces from left to right.

    Raises:
        As enrol_pictures.
    """
    config = load(configuration)
    with _open(configuration) as gallery:
        perception = _perception(config, gallery.snapshot())
        for source, image in _files(pictures):
            faces = perception.perceive([Frame(image)]).faces
            found = [face.fact(Identity) for face in sorted(faces, key=lambda face: face.box.x)]
            yield source, [identity for identity in found if identity is not None]


def calibrated(configuration: Path) -> Calibration:
    """Compare a node's gallery with itself.

    Raises:
        ConfigError: the configuration has faults.
        PeopleError: the gallery cannot be used.
    """
    config = load(configuration)
    card = read_recognition_card()
    with _open(configuration) as gallery:
        return calibrate(gallery.snapshot(), limits_of(card, config.people.min_score))


def _open(configuration: Path) -> GalleryFile:
    path = people_file(configuration)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    embedder = read_recognition_card().sha256
    return GalleryFile.open(path, embedder)


def _of_name(gallery: GalleryFile, name: str) -> Person | None:
    try:
        return gallery.find(name)
    except UnknownPersonError:
        return None


def _perception(config: Config, known: Gallery) -> Perception:
    return open_perception(
        config.perception,
        config.attributes.model,
        facial_hair=False,
        gallery=lambda: known,
        min_score=config.people.min_score,
    )


def _files(pictures: Sequence[Path]) -> Iterator[tuple[str, Image]]:
    files = [
        each
        for path in pictures
        for each in ([path / name for name in picture_names(path)] if path.is_dir() else [path])
    ]
    console = open_console(stderr=True)
    for file in track(files, "looking at pictures", console=console, transient=True):
        yield str(file), read_picture(file)


def _camera_images(config: Config, sleep: Callable[[float], None]) -> Iterator[tuple[str, Image]]:
    console = open_console(stderr=True)
    camera = open_camera(config.camera)
    console.print("Look at the camera, and turn your head a little between the pictures.")
    try:
        numbers = range(1, _CAMERA_PICTURES + 1)
        for number in track(numbers, "taking pictures", console=console, transient=True):
            (frame, *_) = camera.burst(1, newer_than=time.monotonic())
            yield f"camera {number}", frame.image
            sleep(_PAUSE_SECONDS)
    except CameraError as error:
        message = (
            f"{error}; while the node runs it has the camera: stop it first, or enrol from pictures"
        )
        raise EnrolmentError(message) from error
    finally:
        camera.close()
