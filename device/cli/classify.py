"""`facet classify`: what the node would report of a picture, without broker, camera or configuration."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from device.camera import picture_names, read_picture
from device.cli.annotate import annotate
from device.cli.annotated import annotated_paths, file_ids, write_annotated
from device.cli.failures import Failures
from device.cli.reading import (
    FACIAL_HAIR,
    HAIR_COLOR,
    NOT_OFFERED,
    Reading,
    facial_hair,
    hair_color,
    result,
)
from device.config import PerceptionSettings
from device.observation import FaceAttributes, Frame, Image, Observation, Source, utc_now
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
    reading = Reading.of(perception.card, everything=showing.everything)
    for path, target in zip(pictures, targets, strict=True):
        with failures.printed(path):
            image = read_picture(path)
            observation = observe_picture(perception, image).offering(reading.offered)
            written = None
            if target is not None:
                with failures.printed(path):
                    drawn = annotate(image, observation, reading)
                    write_annotated(target, drawn, originals, may_overwrite=showing.may_overwrite)
                    written = target
            if showing.as_json:
                _print_document(path, observation, written)
            else:
                _print_table(path, observation, written, reading)
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
    path: Path, observation: Observation, written: Path | None, reading: Reading
) -> None:
    console = open_console()
    console.print(Text(str(path), "table.title"), soft_wrap=True)
    seen = observation.face_count
    console.print(result(observation.reason, len(observation.faces), seen, observation.left_out))
    if observation.faces:
        console.print(table(observation, reading))
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
        unjudged=seen.unjudged,
    )


def table(observation: Observation, reading: Reading) -> Table:
    """Return an observation as a table: one row per face, the primary one first."""
    grid = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for head in ("face", "size", "quality", HAIR_COLOR, FACIAL_HAIR, "attributes"):
        grid.add_column(head, overflow="fold")
    for number, face in enumerate(observation.faces, start=1):
        fact = face.fact(FaceAttributes) or FaceAttributes({}, None, None)
        grid.add_row(
            str(number),
            f"{face.box.size:.0f} px",
            f"{face.quality:.0%}",
            hair_color(fact),
            facial_hair(face.facial_hair),
            _attributes(fact, reading),
        )
    return grid


def _attributes(fact: FaceAttributes, reading: Reading) -> Text:
    text = Text(_listed(reading.attributes(fact)))
    if others := reading.not_offered(fact):
        text.append(f"\n{NOT_OFFERED}: {_listed(others)}", "dim")
    return text


def _listed(present: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {probability:.0%}" for name, probability in present)
