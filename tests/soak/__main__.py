"""`python -m tests.soak --minutes N`: one disturbance after the other on a real node, and every delivery checked.

It needs Mosquitto and libfaketime. The exit code is 1 when anything was lost, doubled or wrong.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp
from time import monotonic
from typing import Annotated

import pytest
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from device.cli.demo.portrait import write_portrait
from tests.broker.mosquitto import Mosquitto, free_port
from tests.faults.rig import KEEPS_ALL, rig
from tests.faults.system_clock import faked_clock
from tests.soak.disturbances import DISTURBANCES, Soak
from tests.soak.figures import Figures

_CONSOLE = Console()
_CALM = (1, 10)
"""Seconds from one disturbance to the next."""


def main(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long.")] = 2,
    seed: Annotated[int, typer.Option(help="Which disturbances, in which order.")] = 0,
) -> None:
    """Soak a node."""
    folder = Path(mkdtemp(prefix="facet-soak-"))
    figures = Figures()
    error = None
    with Progress(
        TextColumn("{task.description:24}"), BarColumn(), TimeRemainingColumn(), console=_CONSOLE
    ) as progress:
        try:
            _soak(folder, minutes * 60, Random(seed), figures, progress)  # noqa: S311 - no secret
        except (AssertionError, pytest.fail.Exception) as failure:
            error = failure
    _CONSOLE.print(figures.table())
    if error is not None:
        _CONSOLE.print(f"[red]It did not hold:[/red] {error}\nThe log is in {folder}")
        sys.exit(1)
    rmtree(folder)


def _soak(
    folder: Path, seconds: float, random: Random, figures: Figures, progress: Progress
) -> None:
    clock, environment = faked_clock(folder)
    (folder / "broker").mkdir()
    started = monotonic()
    task = progress.add_task("starting", total=seconds)
    waiting: list[str] = []
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(folder / "broker", free_port(), KEEPS_ALL))
        soak = Soak(
            stack.enter_context(
                rig(folder, write_portrait(folder), broker, environment=environment)
            ),
            clock,
            random,
        )
        soak.rig.wait_until_online()
        soak.rig.node.wait_until_pressable()
        while monotonic() - started < seconds:
            # Each of them before any comes again.
            waiting = waiting or random.sample(sorted(DISTURBANCES), len(DISTURBANCES))
            name = waiting.pop()
            progress.update(task, description=name, completed=monotonic() - started)
            DISTURBANCES[name](soak)
            soak.rig.wait_until_online()
            soak.rig.check()
            figures.record(name, soak.rig)
            progress.update(task, description="calm", completed=monotonic() - started)
            soak.press_for(random.uniform(*_CALM))
        soak.rig.check()
        figures.record("calm", soak.rig)


if __name__ == "__main__":
    typer.run(main)
