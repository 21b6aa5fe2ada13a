"""`facet classify`: what the node would report of a picture, without broker, camera or configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from rich.table import Table
from rich.text import Text

from device.camera import picture_names, read_picture
from device.cli.annotate import annotate
from device.cli.annotated import annotated_paths, file_ids, write_annotated
from device.cli.failures import Failures
from device.config import PerceptionSettings
from device.entities.table import offered
from device.observation import Face, Frame, Image, Observation, Source, utc_now
from device.perception import Perception, open_perception
from device.system.console import open_console


@dataclass(frozen=True, slots=True)
class Showing:
    """How the command shows what it finds.

    Attributes:
        as_json: one document per picture and line, instead of tables.
        everything: all attributes in tables and pictures, including the subjective and the unreliable ones.
        annotated: where to write the pictures with boxes and attributes, a folder if there are several; None for
            nowhere.
        may_overwrite: whether an annotated picture may replace what is there.
    """

    as_json: bool = False
    everything: bool = False
    annotated: Path | None = None
    may_overwrite: bool = False


def classify(paths: Sequence[Path], model: str, showing: Showing) -> bool:
    """Print what each picture shows; what is wrong with one is a line on standard error, and does not end the others.

    Args:
        paths: of pictures, and of folders, whose pictures are all looked at.
        model: name in the zoo, or path of a .tflite.
        showing: what to print and to write.

    Returns:
        Whether every picture could be read, judged, and written if that was asked for.

    Raises:
        ModelError: the model cannot be loaded.
        ClassifyError: no annotated picture can be written to such a place.
        OutputError: standard output cannot be written.
    """
    failures = Failures()
    pictures: list[Path] = []
    for path in paths:
        with failures.printed(path):
            pictures += _pictures_at(path)
    if not pictures:
        return False
    targets: Sequence[Path | None] = [None] * len(pictures)
    if (place := showing.annotated) is not None:
        is_folder = len(pictures) > 1 or place.is_dir() or any(path.is_dir() for path in paths)
        targets = annotated_paths(pictures, place, is_folder=is_folder)
    originals = file_ids(pictures)
    perception = open_perception(PerceptionSettings(), model)
    card = perception.card
    names = frozenset(card.names if showing.everything else offered(card.names, card.unreliable))
    for path, target in zip(pictures, targets, strict=True):
        with failures.printed(path):
            image = read_picture(path)
            observation = observe_picture(perception, image)
            written = None
            if target is not None:
                with failures.printed(path):
                    drawn = annotate(image, observation, names)
                    write_annotated(target, drawn, originals, may_overwrite=showing.may_overwrite)
                    written = target
            if showing.as_json:
                _print_document(path, observation, written)
            else:
                _print_table(path, observation, written, names)
    return not failures.any


def _pictures_at(path: Path) -> list[Path]:
    return [path / name for name in picture_names(path)] if path.is_dir() else [path]


def _print_document(path: Path, observation: Observation, written: Path | None) -> None:
    # json escapes what is not UTF-8 in a name as Python reads it.
    document = {"picture": str(path), **observation.to_json()}
    if written is not None:
        document["annotated"] = str(written)
    sys.stdout.write(json.dumps(document) + "\n")


def _print_table(
    path: Path, observation: Observation, written: Path | None, names: Collection[str]
) -> None:
    console = open_console()
    console.print(Text(str(path), "table.title"), soft_wrap=True)
    console.print(table(observation, names))
    if written is not None:
        console.print(Text(f"annotated: {written}"), soft_wrap=True)


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


def table(observation: Observation, names: Collection[str]) -> Table:
    """Return an observation as a table: one column per face, one row per attribute that any face has."""
    grid = Table()
    if not observation.faces:
        grid.add_column("result")
        grid.add_row(f"{observation.reason} ({observation.face_count} faces seen)")
        return grid
    grid.add_column("")
    for number, face in enumerate(observation.faces, start=1):
        grid.add_column(f"face {number}" + (" (primary)" if face.primary else ""))

    def row(name: str, cells: Sequence[str | Text]) -> None:
        grid.add_row(name, *cells)

    row("size", [f"{face.box.size:.0f} px" for face in observation.faces])
    row("quality", [f"{face.quality:.0%}" for face in observation.faces])
    row("hair", [face.hair_color or "cannot tell" for face in observation.faces])
    row("facial hair", [face.facial_hair or "cannot tell" for face in observation.faces])
    for name in observation.faces[0].attributes:
        if name in names and any(face.attributes[name].present for face in observation.faces):
            row(name.replace("_", " "), [_cell(face, name) for face in observation.faces])
    return grid


def _cell(face: Face, name: str) -> Text:
    attribute = face.attributes[name]
    return Text(f"{attribute.probability:.0%}", "bold") if attribute.present else Text("-")
