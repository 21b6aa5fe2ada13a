"""The table of memory by import and by network."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, TypeAlias

from rich.box import SIMPLE_HEAD
from rich.table import Table

from device.cli.memory import steps
from device.errors import BenchError
from device.system.console import open_console

NETWORKS = ("attributes", "attributes-lite")
"""A node has one of them."""

_ROUNDS = 3
_TIMEOUT_SECONDS = 120.0
_KEYS = ("rss_mb", "anonymous_mb", "pss_mb")
_NOTHING = dict.fromkeys(_KEYS, 0.0)

Row: TypeAlias = dict[str, Any]
"""Of one step: what it adds, and how long it takes."""


def print_memory(*, as_json: bool) -> None:
    """Print what each step of a node's start adds to its memory, for each attribute network.

    Raises:
        BenchError: a step fails.
    """
    found = measure()
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    console = open_console()
    for network, rows in found.items():
        console.print(_table(network, rows))


def measure(rounds: int = _ROUNDS) -> dict[str, list[Row]]:
    """Return the rows for each network: the medians of some fresh processes, which take turns.

    Args:
        rounds: how many processes each network gets.

    Raises:
        BenchError: a step fails.
    """
    runs = [(network, _one_process(network)) for _ in range(rounds) for network in NETWORKS]
    return {each: list(_medians([run for of, run in runs if of == each])) for each in NETWORKS}


def _one_process(network: str) -> list[Row]:
    """Return what each step adds in a process of its own."""
    command = [sys.executable, "-P", steps.__file__, network]
    try:
        ended = subprocess.run(  # noqa: S603 - this very program
            command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = f"the memory of a node cannot be measured: {error}"
        raise BenchError(message) from error
    if ended.returncode != 0:
        message = f"the memory of a node cannot be measured: {ended.stderr.strip()}"
        raise BenchError(message)
    after = json.loads(ended.stdout)
    return [
        {**now, **{key: now[key] - before[key] for key in _KEYS}}
        for before, now in pairwise([_NOTHING, *after])
    ]


def _medians(runs: Sequence[list[Row]]) -> Iterator[Row]:
    for rows in zip(*runs, strict=True):
        figures = {key: round(median(row[key] for row in rows), 1) for key in (*_KEYS, "ms")}
        yield {"step": rows[0]["step"], **figures}


def _table(network: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(
        title=f"What a node with {network} is made of, in MB", box=SIMPLE_HEAD, title_justify="left"
    )
    table.add_column("step")
    for heading in ("resident", "anonymous", "its share", "ms"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row["step"], *(f"{row[key]:.1f}" for key in (*_KEYS, "ms")))
    table.add_section()
    table.add_row("together", *(f"{sum(row[key] for row in rows):.1f}" for key in (*_KEYS, "ms")))
    return table
