"""The commands of `facet people` for unknown visitors; what they do is imported when one runs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from device.cli.people.app import FACET_YAML, ConfigOption, Json, Yes, people

_LABEL = "`Visitor 3`, or only 3."
Label = Annotated[str, typer.Argument(metavar="LABEL", help=_LABEL, show_default=False)]


@people.command()
def visitors(*, config: ConfigOption = FACET_YAML, as_json: Json = False) -> None:
    """List who came in the last days and is unknown, if `people.visitors_days` lets the node keep them."""
    from device.cli.people.tables import visitors_table
    from device.cli.people.unknown import kept_visitors
    from device.system.console import open_console

    days, kept = kept_visitors(config)
    if as_json:
        typer.echo(json.dumps({"days": days, "visitors": [each.to_json() for each in kept]}))
        return
    console = open_console()
    if kept:
        console.print(visitors_table(kept))
    until = f"kept for {days} days" if days else "none are kept, because people.visitors_days is 0"
    console.print(f"{len(kept)} unknown visitors; {until}", highlight=False)


@people.command(name="name-visitor")
def name_visitor(
    label: Label,
    name: Annotated[
        str, typer.Argument(help="The person's name, new or enrolled already.", show_default=False)
    ],
    *,
    config: ConfigOption = FACET_YAML,
) -> None:
    """Enrol an unknown visitor, or add the visits to who has this name; ask the person first."""
    from device.cli.people.unknown import name_kept_visitor

    enrolled = name_kept_visitor(config, label, name)
    for refusal in filter(None, enrolled.enrolment.refusals):
        typer.echo(f"a visit was not taken: {refusal.explanation}", err=True)
    if not enrolled.enrolment.references:
        raise typer.Exit(1)
    typer.echo(enrolled.sentence())


@people.command(name="forget-visitors")
def forget_visitors(
    label: Annotated[
        str | None,
        typer.Argument(
            metavar="LABEL", help=f"Only this one: {_LABEL}", show_default="everybody unknown"
        ),
    ] = None,
    *,
    config: ConfigOption = FACET_YAML,
    yes: Yes = False,
) -> None:
    """Delete unknown visitors before they expire; asks first."""
    from device.cli.people.unknown import forget_kept_visitors

    if not yes:
        whom = "all unknown visitors" if label is None else label
        typer.confirm(f"Forget {whom}? This cannot be undone", abort=True)
    count = forget_kept_visitors(config, label)
    typer.echo(f"{count} forgotten")
