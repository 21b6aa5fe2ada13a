"""The commands of what a network tells of facial hair."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from device.networks.section import Aim
from model.cli.app import Model, app, wide_console

Folders = Annotated[
    list[Path], typer.Option(help="A folder in CelebA's official layout; may be repeated.")
]
Labels = Annotated[Path, typer.Option(help="FH37K's facial_hair_annotations.csv.")]


@app.command("train-facial-hair")
def train_facial_hair(
    data: Folders,
    labels: Labels,
    network: Annotated[
        Path, typer.Option(help="The exported attribute network; it and its JSON are replaced.")
    ] = Path("model/zoo/attributes.tflite"),
    work: Annotated[Path, typer.Option(help="Keeps what the network sees in the pictures.")] = Path(
        "data/facial-hair"
    ),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; all cores if unset.")
    ] = None,
) -> None:
    """Give an exported attribute network its answers about facial hair, or new ones. A second run goes on."""
    from model.data.celeba import read_celeba
    from model.export.facial_hair import train_facial_hair as write

    card = write(network, [read_celeba(folder) for folder in data], labels, work, workers)
    typer.echo(f"{network} and its JSON written, {card.name} {card.version}", err=True)


@app.command("evaluate-facial-hair")
def evaluate_facial_hair(
    data: Folders,
    labels: Labels,
    model: Model = "attributes",
    split: Annotated[
        str, typer.Option(help="test, or val: the people who are held out of the rest.")
    ] = "val",
    thresholds: Annotated[Aim, typer.Option(help="Which thresholds decide.")] = "balanced",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure how often the answers about facial hair agree with careful labels, and how often CelebA's labels do."""
    from model.data.celeba import read_celeba
    from model.evaluation.facial_hair import evaluate_facial_hair as run

    folders = [read_celeba(folder) for folder in data]
    figures = run(model, folders, labels, split, thresholds)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        wide_console().print(Group(*_tables(figures), _summary(figures)))


def _tables(figures: dict[str, Any]) -> tuple[Table, Table]:
    agreement = Table(
        "question", "pictures", "agreement", "each answer", "given", "of these", "ECE", "CelebA"
    )
    for question, of in figures["questions"].items():
        celeba = figures["celeba"].get(question)
        shares = [
            f"{of[key]:.3f}" for key in ("agreement", "each", "given", "agreement_given", "ece")
        ]
        compared = f"{celeba['agreement']:.3f}" if celeba else ""
        agreement.add_row(question, str(of["pictures"]), *shares, compared)
    means = [
        f"{figures[f'macro_{key}']:.3f}"
        for key in ("agreement", "each", "given", "agreement_given")
    ]
    agreement.add_row("mean", "", *means)
    styles = list(figures["confusion"])
    confusion = Table("true style", *(f"as {style}" for style in styles))
    for true, row in figures["confusion"].items():
        confusion.add_row(true, *(str(row[style]) for style in styles))
    return agreement, confusion


def _summary(figures: dict[str, Any]) -> str:
    of, celeba = figures["mustache"], figures["celeba"]["mustache"]
    alarms = ", ".join(f"{share:.1%} of {who}" for who, share in figures["shaven"].items())
    return (
        f"{figures['model']}, {figures['pictures']} pictures of {figures['people']} people: mustache precision "
        f"{of['precision']:.3f}, recall {of['recall']:.3f} (CelebA's label {celeba['precision']:.3f}, "
        f"{celeba['recall']:.3f}); told something although CelebA calls them beardless: {alarms or 'nobody was asked'}"
    )
