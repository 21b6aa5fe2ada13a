"""`python -m benchmarks.rivals`: install the rivals, measure them beside Facet, and write down what came out."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.command_line import classify
from benchmarks.rivals.environments import ROOT, Python
from benchmarks.rivals.machine import this_machine
from benchmarks.rivals.measure import measure
from benchmarks.rivals.pictures import decode_pictures
from benchmarks.rivals.report import CHART, Report, with_new_figures
from benchmarks.rivals.rivals import RIVALS, Rival
from benchmarks.rivals.summary import summarize
from device.system.console import open_console
from device.system.program import run_program

_ROUNDS = 5
_CHARTS = Python("chart", "no --markdown")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def rivals(
    photos: Annotated[
        Path,
        typer.Option(
            envvar="FACET_PHOTOS",
            resolve_path=True,
            help="A folder of pictures; with labels.csv (file, n_faces, labels) and images/ in it, answers are judged.",
        ),
    ],
    rounds: Annotated[int, typer.Option(min=1, help="How often each rival starts.")] = _ROUNDS,
    longest: Annotated[
        int | None,
        typer.Option(
            min=100,
            help="Shrink pictures with a longer side first, as if a camera with such frames had taken them.",
        ),
    ] = None,
    without: Annotated[
        list[str], typer.Option(help="Leave a rival out; may be given several times.")
    ] = [],  # noqa: B006 - Typer copies it
    as_json: Annotated[
        Path | None,
        typer.Option(
            "--json", resolve_path=True, help="Write all figures and answers to this file."
        ),
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            resolve_path=True,
            help="Write tables into this page, between its marks, and the chart into images/ beside it.",
        ),
    ] = None,
) -> None:
    """Measure Facet and its rivals on the same pictures. The first run makes their environments, 3.2 GB in total.

    Example: python -m benchmarks.rivals --photos DIR --markdown docs/benchmarks.md
    """
    chosen = _chosen(without)
    progress = Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=open_console(stderr=True),
    )
    # Before minutes of measuring.
    if markdown is not None:
        with_new_figures(markdown, "")
    if as_json is not None and not as_json.parent.is_dir():
        message = f"--json {as_json}: there is no folder {as_json.parent}; make it first"
        raise BenchmarkError(message)
    with progress:
        report = _measured(photos, longest, rounds, chosen, progress, chart=markdown is not None)
        document = to_json(report)
        if as_json is not None:
            as_json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        if markdown is not None:
            _write_page(report, document, markdown)
    typer.echo(report.markdown())


def _chosen(without: Sequence[str]) -> list[Rival]:
    unknown = set(without) - {rival.key for rival in RIVALS}
    if unknown:
        message = (
            f"--without: {', '.join(sorted(unknown))} is none of {', '.join(r.key for r in RIVALS)}"
        )
        raise BenchmarkError(message)
    chosen = [rival for rival in RIVALS if rival.key not in without]
    if not chosen:
        message = "--without: nobody is left; leave at least one"
        raise BenchmarkError(message)
    return chosen


def _measured(
    photos: Path,
    longest: int | None,
    rounds: int,
    chosen: Sequence[Rival],
    progress: Progress,
    *,
    chart: bool,
) -> Report:
    with tempfile.TemporaryDirectory() as temporary:
        pictures = decode_pictures(photos, Path(temporary), longest)
        needed = [*{rival.environment: None for rival in chosen}, *([_CHARTS] if chart else [])]
        for environment in progress.track(needed, description="environments"):
            environment.install()
        task = progress.add_task("pictures", total=rounds * len(chosen) * len(pictures))
        before = os.getloadavg()[0]

        def answered(rival: Rival) -> None:
            progress.update(task, advance=1, description=rival.key)

        measured = measure(chosen, pictures, rounds, Path(temporary), answered)
    answers = {rival.key: measured[rival.key][-1].answers for rival in chosen}
    paths = [picture.path for picture in pictures]
    own = [rival for rival in chosen if rival.is_facet and longest is None]
    return Report(
        _command(longest, rounds, chosen),
        this_machine(before),
        rounds,
        chosen,
        pictures,
        summarize(chosen, pictures, measured),
        answers,
        {
            rival.key: classify(rival.key, paths, [len(a.faces) for a in answers[rival.key]])
            for rival in progress.track(own, description="facet classify")
        },
    )


def _command(longest: int | None, rounds: int, chosen: Sequence[Rival]) -> str:
    """Return what to type for the same measurement; places on this machine are nobody's business."""
    shrunk = "" if longest is None else f" --longest {longest}"
    without = "".join(f" --without {rival.key}" for rival in RIVALS if rival not in chosen)
    return f"python -m benchmarks.rivals --photos DIR --rounds {rounds}{shrunk}{without}"


def to_json(report: Report) -> dict[str, Any]:
    """Return a run as a document; the chart is drawn from it."""
    return {
        "command": report.command,
        "machine": asdict(report.machine),
        "rounds": report.rounds,
        "pictures": [
            {
                "file": picture.path.name,
                "size": [picture.width, picture.height],
                "faces": picture.faces,
                "labels": picture.labels,
            }
            for picture in report.pictures
        ],
        "rivals": [
            {
                "key": rival.key,
                "title": rival.title,
                "is_facet": rival.is_facet,
                "median_ms": report.figures[rival.key].median,
                "p95_ms": report.figures[rival.key].p95,
                "cpu_ms": report.figures[rival.key].cpu_median,
                **asdict(report.figures[rival.key]),
                "answers": [asdict(answer)["faces"] for answer in report.answers[rival.key]],
            }
            for rival in report.rivals
        ],
        "verdicts": [asdict(verdict) for verdict in report.verdicts],
        "classified": {key: asdict(done) for key, done in report.classified.items()},
    }


def _write_page(report: Report, document: dict[str, Any], page: Path) -> None:
    text = with_new_figures(page, report.markdown())
    picture = page.parent / CHART
    picture.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as figures:
        json.dump(document, figures)
        figures.flush()
        script = [str(_CHARTS.interpreter), str(Path(__file__).with_name("chart.py"))]
        subprocess.run([*script, figures.name, str(picture)], cwd=ROOT, check=True)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    run_program(app)
