"""`facet classify`: what the node would report of a picture, without broker, camera or configuration."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import cv2
from rich.console import Console
from rich.table import Table

from device.camera.picture import read_picture
from device.cli.annotate import annotate
from device.config import PerceptionSettings
from device.entities.table import offered
from device.errors import ClassifyError, FacetError
from device.observation import Face, Frame, Image, Observation, Source, utc_now
from device.perception import Perception, open_perception


def classify(
    pictures: list[Path], model: str, *, as_json: bool, everything: bool, annotated: Path | None
) -> bool:
    """Print what each picture shows; a picture that cannot be read is named on standard error.

    Args:
        pictures: the files.
        model: name in the zoo, or path of a .tflite.
        as_json: print one document per line, instead of tables.
        everything: show all attributes in tables and pictures, including the subjective and the unreliable ones.
        annotated: where to write the picture with boxes and attributes; a folder if there are several pictures.

    Returns:
        Whether every picture could be read.

    Raises:
        ModelError: the model cannot be loaded.
        ClassifyError: an annotated picture cannot be written.
    """
    perception = open_perception(PerceptionSettings(), model)
    card = perception.card
    shown = set(card.names if everything else offered(card.names, card.unreliable))
    has_read_all = True
    for path in pictures:
        try:
            image = read_picture(path)
        except FacetError as error:
            sys.stderr.write(f"error: {error}\n")
            has_read_all = False
            continue
        observation = observe_picture(perception, image)
        if as_json:
            sys.stdout.write(json.dumps(observation.to_json()) + "\n")
        else:
            Console().print(table(observation, shown, title=path.name))
        if annotated is not None:
            _write(_target(annotated, path, len(pictures)), annotate(image, observation, shown))
    return has_read_all


def observe_picture(perception: Perception, image: Image) -> Observation:
    """Return the observation of one picture, (H, W, 3) uint8 BGR."""
    moment, start = utc_now(), perf_counter()
    seen = perception.perceive([Frame(image, moment)])
    total = (perf_counter() - start) * 1000
    return Observation(
        node="classify",
        trigger=Source.FILE,
        triggered_at=moment,
        captured_at=moment,
        reason=seen.reason,
        faces=seen.faces,
        face_count=seen.face_count,
        timings={**seen.timings, "total": total},
    )


def table(observation: Observation, names: frozenset[str] | set[str], title: str) -> Table:
    """Return an observation as a table: one column per face, one row per attribute that any face has."""
    grid = Table(title=title, title_justify="left")
    if not observation.faces:
        grid.add_column("result")
        grid.add_row(f"{observation.reason} ({observation.face_count} faces seen)")
        return grid
    grid.add_column("")
    for number, face in enumerate(observation.faces, start=1):
        grid.add_column(f"face {number}" + (" (primary)" if face.primary else ""))

    def row(name: str, cells: list[str]) -> None:
        grid.add_row(name, *cells)

    row("size", [f"{face.box.size:.0f} px" for face in observation.faces])
    row("quality", [f"{face.quality:.0%}" for face in observation.faces])
    row("hair", [face.hair_color or "cannot tell" for face in observation.faces])
    row("facial hair", [face.facial_hair or "cannot tell" for face in observation.faces])
    for name in observation.faces[0].attributes:
        if name in names and any(face.attributes[name].present for face in observation.faces):
            row(name.replace("_", " "), [_cell(face, name) for face in observation.faces])
    return grid


def _cell(face: Face, name: str) -> str:
    attribute = face.attributes[name]
    return f"[bold]{attribute.probability:.0%}[/]" if attribute.present else "-"


def _target(annotated: Path, picture: Path, count: int) -> Path:
    is_folder = count > 1 or annotated.is_dir()
    return annotated / f"{picture.stem}-facet.png" if is_folder else annotated


def _write(path: Path, image: Image) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        reason = "" if cv2.imwrite(str(path), image) else "cannot be written"
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
    except cv2.error:
        reason = f"has the ending {path.suffix!r}, which is not a picture format"
    if reason:
        message = f"--annotate {path} {reason}; give a path that ends in .png or .jpg, in a folder you may write to"
        raise ClassifyError(message)
