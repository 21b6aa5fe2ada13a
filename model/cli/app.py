"""The application, and what its commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from device.system.console import open_console

app = typer.Typer(
    help="Train, export and measure the networks: `pipeline` in one command, the others step by step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path, typer.Option(help="A folder in CelebA's official layout.")]
Model = Annotated[str, typer.Option(help="A name in the zoo, or a path to a .tflite.")]

# Of a table that is written to a file or a pipe.
_FILE_COLUMNS = 120


def wide_console(*, stderr: bool = False) -> Console:
    """Return a console that is wide also where it writes to a file or a pipe."""
    console = open_console(stderr=stderr)
    if not console.is_terminal:
        console.width = _FILE_COLUMNS
    return console
