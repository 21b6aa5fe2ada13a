"""The `facet` command. What runs the node needs no command line, so Typer is only imported for the other commands."""

from __future__ import annotations

import os
import sys
from functools import partial

from device.cli.run_options import read_run_options
from device.system.program import run_program


def main() -> None:
    """Run a command; an error that the owner can act on is a line, not a traceback."""
    options = read_run_options(sys.argv[1:], os.environ)
    if options is None:
        from device.cli.app import app

        run_program(app)
    from device.cli.run import run

    run_program(partial(run, options))
