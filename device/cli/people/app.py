"""The group `facet people`, and the options that its commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

people = typer.Typer(
    name="people",
    help="The people whom this node recognises: enrol, list, rename, forget and share them.",
    no_args_is_help=True,
)

ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="The node's YAML file.")
]
FACET_YAML = Path("facet.yaml")
Name = Annotated[str, typer.Argument(help="A person's name, or id.", show_default=False)]
Number = Annotated[
    int, typer.Argument(min=1, help="Its number in `facet people show`.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
