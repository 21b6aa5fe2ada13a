"""The commands of training and measuring; `python -m model --help` lists them."""

from __future__ import annotations

import typer

from device.system.program import run_program

# Importing the modules adds their commands, in the order in which the help shows them.
from model.cli import facial_hair, make, measure  # noqa: F401
from model.cli.app import app
from model.errors import packages_of_training

__all__ = ["app", "main"]

_INTERRUPTED = 130


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
