"""The figures as tables in Markdown, and as the part of a page that the command writes again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.command_line import Classified
from benchmarks.rivals.machine import Machine
from benchmarks.rivals.pictures import Picture
from benchmarks.rivals.process import Answer
from benchmarks.rivals.rivals import WORDS, Rival
from benchmarks.rivals.summary import Figures, Said, Verdict, located, verdicts_of
from device.system.marked_part import renewed

BEGIN, END = "<!-- rivals: begin -->", "<!-- rivals: end -->"
CHART = "images/rivals.png"
"""Of the chart, beside the page."""


@dataclass(frozen=True, slots=True)
class Report:
    """One run.

    Attributes:
        command: that was run.
        machine: where.
        rounds: how often each rival looked at each picture.
        rivals: that were measured.
        pictures: that they saw.
        figures: by the rival's key.
        answers: of one round, by the rival's key.
        classified: what `facet classify` took, by the network; nothing where the pictures were shrunk first.
    """

    command: str
    machine: Machine
    rounds: int
    rivals: Sequence[Rival]
    pictures: Sequence[Picture]
    figures: Mapping[str, Figures]
    answers: Mapping[str, Sequence[Answer]]
    classified: Mapping[str, Classified]

    @property
    def verdicts(self) -> list[Verdict]:
        """What the run says about Facet's promises."""
        return verdicts_of(self.rivals, self.figures)

    def markdown(self) -> str:
        """Return everything for the page."""
        parts = [self._run(), table(self._costs()), f"![The same as a chart]({CHART})"]
        if any(picture.faces is not None for picture in self.pictures):
            parts += [self._counted(), table(self._faces())]
        if any(picture.labels for picture in self.pictures):
            parts += [
                "Right answers, of all that somebody has labelled on pictures with one face:",
                table(self._says()),
            ]
        else:
            parts.append(table(self._answers()))
        if verdicts := self.verdicts:
            parts += ["What this run says about what Facet promises:", table(_kept(verdicts))]
        parts += [self._classified(key, done) for key, done in self.classified.items()]
        return "\n\n".join(parts)

    def _run(self) -> str:
        return (
            f"`{self.command}`, on {self.machine}. Pictures: {len(self.pictures)}; rounds: {self.rounds}; "
            f"load: {self.machine.load_before:.1f} at the beginning and {self.machine.load_after:.1f} at the end."
        )

    def _costs(self) -> Iterator[Sequence[str]]:
        yield (
            "",
            "one face",
            "all pictures",
            "p95",
            "CPU",
            "start",
            "peak memory",
            "memory at the end",
        )
        for rival in self.rivals:
            of = self.figures[rival.key]
            single = [
                milliseconds
                for picture, milliseconds in zip(self.pictures, of.milliseconds, strict=True)
                if picture.faces == 1
            ]
            yield (
                rival.title,
                f"{median(single):.1f} ms" if single else "",
                f"{of.median:.1f} ms",
                f"{of.p95:.0f} ms",
                f"{of.cpu_median:.0f} ms",
                f"{of.start_seconds:.1f} s",
                f"{of.peak_mb:.0f} MB",
                f"{of.resident_mb:.0f} MB",
            )

    def _counted(self) -> str:
        counted = [picture.faces for picture in self.pictures if picture.faces is not None]
        places = located(self.rivals, self.pictures, self.answers)
        agreed = sum(place is not None for place in places)
        return (
            f"{sum(counted)} faces on {len(counted)} pictures, {counted.count(0)} of which show none. Where they are "
            f"is known for {agreed} of these pictures, as at least two detectors agree on it; elsewhere only their "
            "number counts."
        )

    def _faces(self) -> Iterator[Sequence[str]]:
        yield "", "found", "missed", "false", "pictures without a mistake"
        for rival in self.rivals:
            of = self.figures[rival.key]
            numbers = of.faces.found, of.faces.missed, of.faces.false, of.right_pictures
            yield rival.title, *map(str, numbers)

    def _says(self) -> Iterator[Sequence[str]]:
        yield "", *WORDS
        for rival in self.rivals:
            if rival.words:
                says = self.figures[rival.key].says
                yield rival.title, *(_said(says.get(word)) for word in WORDS)

    def _answers(self) -> Iterator[Sequence[str]]:
        yield "picture", *(rival.title for rival in self.rivals)
        for i, picture in enumerate(self.pictures):
            yield picture.path.name, *(_told(self.answers[rival.key][i]) for rival in self.rivals)

    def _classified(self, key: str, done: Classified) -> str:
        pictures = len(self.pictures)
        return (
            f"`facet classify --model {key}` on the same files, with its start and the decoding: {done.seconds:.1f} s "
            f"for all {pictures}, {done.peak_mb:.0f} MB; it counts the same faces on {done.same_faces} of them."
        )


def with_new_figures(page: Path, figures: str) -> str:
    """Return the text of a page with the part between its marks replaced.

    Raises:
        BenchmarkError: the marks are not there, or the page cannot be read.
    """
    try:
        return renewed(page.read_text(encoding="utf-8"), BEGIN, END, figures)
    except (OSError, ValueError) as error:
        message = f"--markdown {page}: {error}"
        raise BenchmarkError(message) from error


def table(rows: Iterator[Sequence[str]]) -> str:
    """Return rows as a table in Markdown; the first one is its head."""
    head = next(rows)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _kept(found: Sequence[Verdict]) -> Iterator[Sequence[str]]:
    yield "network", "promise", "holds", "measured"
    for verdict in found:
        kept = "yes" if verdict.is_kept else "**no**"
        yield f"`{verdict.of}`", verdict.promise, kept, verdict.measured


def _said(said: Said | None) -> str:
    if said is None:
        return ""
    total = said.right + said.wrong + said.unanswered
    silent = f", {said.unanswered} without an answer" if said.unanswered else ""
    return f"{said.right} of {total}{silent}"


def _told(answer: Answer) -> str:
    faces = [
        ", ".join(word for word, is_present in face.says.items() if is_present) or "nothing"
        for face in answer.faces
    ]
    return "; ".join(faces) or "no face"
