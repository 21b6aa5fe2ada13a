"""The commands that measure networks."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from device.errors import FacetError
from device.networks.section import Aim
from device.system.console import open_console
from model.cli.app import Data, Masks, Model, app, masks_of, wide_console
from model.data.half import Half

Photos = Annotated[
    Path,
    typer.Option(
        envvar="FACET_PHOTOS",
        help="A folder of good photographs: labels.csv (file, n_faces, labels) and images/.",
    ),
]


@app.command()
def evaluate(
    data: Data,
    mask: Masks = [],  # noqa: B006 - Typer copies it
    split: Annotated[str, typer.Option(help="train, val or test.")] = "test",
    model: Model = "attributes",
    thresholds: Annotated[Aim, typer.Option(help="Which thresholds decide.")] = "balanced",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure an exported network through the product's own perception code."""
    from model.data.celeba import SPLITS, read_celeba
    from model.evaluation.evaluate import evaluate as run

    if split not in SPLITS:
        message = f"--split: {split!r} is not one of {', '.join(SPLITS)}"
        raise FacetError(message)
    masks = masks_of(mask, [data])
    figures = run(model, read_celeba(data, masks.get(data)), split, thresholds)
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


@app.command("evaluate-people")
def evaluate_people(  # noqa: PLR0913 - one option each
    data: Data,
    *,
    pairs: Annotated[
        Path | None,
        typer.Option(help="A CSV with left, right, same, fold; drawn by a fixed seed if unset."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Measure without each refinement too.")
    ] = False,
    chart: Annotated[Path | None, typer.Option(help="Draw the curves into this picture.")] = None,
    open_set: Annotated[
        bool,
        typer.Option("--open-set", help="Enrol some people and ask about everybody, instead."),
    ] = False,
    references: Annotated[
        int, typer.Option(min=1, help="Pictures of each enrolled person, with --open-set.")
    ] = 3,
    known: Annotated[
        int | None,
        typer.Option(min=1, help="Enrolled people, with --open-set; half of those who can be."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=1, help="How often other people are enrolled, with --open-set.")
    ] = 1,
    half: Annotated[
        Half | None,
        typer.Option(help="Only people with an even or an odd number, with --open-set."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure the recognition of people through the product's own perception code; no training pictures are used."""
    from model.evaluation.people import evaluate_open_set, evaluate_verification
    from model.evaluation.people_tables import open_set_table, verification_table

    if open_set:
        answers = evaluate_open_set(data, references, known, draws, chart, half)
        if as_json:
            typer.echo(json.dumps(answers.to_json()))
        else:
            wide_console().print(open_set_table(answers))
        return
    figures = evaluate_verification(data, pairs, compare=compare, chart=chart)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        wide_console().print(verification_table(figures))


@app.command("evaluate-visitors")
def evaluate_visitors(
    data: Data,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Let strangers come again and again, and measure whose visits the product takes for one visitor's."""
    from model.evaluation.people import evaluate_visitors as run
    from model.evaluation.people_tables import visitors_table

    figures = run(data)
    if as_json:
        typer.echo(json.dumps(figures.to_json()))
    else:
        wide_console().print(visitors_table(figures))


@app.command()
def masks(
    data: Data,
    pictures: Annotated[
        int, typer.Option(min=1, help="Test pictures that get each kind of mask.")
    ] = 400,
    bare: Annotated[
        int | None, typer.Option(min=1, help="Test pictures without a mask; all if unset.")
    ] = None,
    fit: Annotated[
        int | None,
        typer.Option(
            min=1, help="Fit on so many training and validation pictures first, and print it."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Paint masks over mouth and nose, and measure which are noticed, and which bare faces are taken for covered."""
    from device.perception.mouth import mouth_rule
    from model.data.celeba import read_celeba
    from model.evaluation.masks import fit_masks, measure_masks

    people = read_celeba(data)
    rule = fit_masks(people, fit) if fit else mouth_rule()
    figures = measure_masks(people, rule, pictures, bare=bare)
    if as_json:
        fitted = {"fitted": rule.model_dump()} if fit else {}
        typer.echo(json.dumps({**figures.to_json(), **fitted}))
        return
    table = Table("faces", "of", "taken for covered")
    for kind, share in figures.noticed.items():
        table.add_row(f"with a mask: {kind}", str(figures.masked), f"{share:.1%}")
    table.add_row("without a mask", str(figures.bare), f"{figures.bare_covered:.2%}")
    table.add_row("of these with a beard", str(figures.bearded), f"{figures.bearded_covered:.2%}")
    wide_console().print(table)
    if fit:
        typer.echo(rule.model_dump_json())


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
    mask: Masks = [],  # noqa: B006 - Typer copies it
) -> None:
    """Write REPORT.md: every figure of the test split, with pictures, robustness and subgroups."""
    from model.data.celeba import read_celeba
    from model.evaluation.report import report as write

    masks = masks_of(mask, [data])
    write(model, read_celeba(data, masks.get(data)), run or [], out, degraded)


@app.command()
def robustness(
    photos: Photos,
    model: Model = "attributes",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make photographs worse step by step: how many faces the quality gate rejects, how many answers turn wrong."""
    from model.data.photographs import read_photographs
    from model.evaluation.faults import graded_faults
    from model.evaluation.gate import GateMeasurement, summed
    from model.evaluation.occlusions import occlusions

    faults = [*graded_faults(), *occlusions()]
    rows = list(GateMeasurement(read_photographs(photos), model).run(faults))
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
        return
    heads = ["fault", "amount", "faces", "rejected", "answers", "wrong", "share"]
    table = Table(*heads, "withheld", "of these wrong")
    for row in [*rows, summed(rows)]:
        table.add_row(
            row.kind,
            row.amount,
            str(row.faces),
            f"{row.rejected:.0%}",
            str(row.answers),
            str(row.wrong),
            f"{row.wrong_share:.2%}",
            str(row.withheld),
            str(row.withheld_wrong),
        )
    wide_console().print(table)


@app.command()
def places(
    photos: Photos,
    model: Model = "attributes",
    faces: Annotated[int, typer.Option(min=1, help="How many people are shown.")] = 5,
    each: Annotated[int, typer.Option(min=1, help="At how many places each is shown.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show small faces at many places of large frames: which are found, how exactly, and with which answers."""
    from model.data.photographs import read_photographs
    from model.evaluation.places import PlacesMeasurement, places_table

    rows = list(PlacesMeasurement(read_photographs(photos), faces, each, model).run())
    if as_json:
        typer.echo(json.dumps([row.to_json() for row in rows]))
        return
    wide_console().print(places_table(rows))
