"""`facet check`: the configuration first, then everything that it names, tried for real."""

from __future__ import annotations

import logging
from pathlib import Path

from rich.table import Table
from rich.text import Text

from device.config import ConfigError, Fault, load
from device.node.trials import Trial, trials
from device.system.console import open_console


def check(path: Path, *, config_only: bool = False) -> bool:
    """Print a table of what works, or the faults of the configuration, one per line, as editors read them.

    What a valid configuration says and cannot mean is printed in the same way, before the table.

    Args:
        path: the YAML file.
        config_only: try nothing that it names.

    Returns:
        Whether all of it works.
    """
    # The table shows what the components would log.
    logging.getLogger("device").addHandler(logging.NullHandler())
    console = open_console()
    doubted: list[Fault] = []
    try:
        config = load(path, on_doubt=doubted.append)
    except ConfigError as error:
        console.print(Text(str(error)), soft_wrap=True)
        console.print(f"{len(error.faults)} to correct; nothing else was tried")
        return False
    for doubt in sorted(doubted):
        console.print(Text(f"{doubt}", "yellow"), soft_wrap=True)
    if config_only:
        console.print(f"{path} is valid; nothing that it names was tried", soft_wrap=True)
        return True
    with console.status("trying what the configuration names"):
        results = [Trial("configuration", works=True, detail=str(path)), *trials(config)]
    console.print(_table(results))
    return all(trial.works for trial in results)


def _table(results: list[Trial]) -> Table:
    table = Table("part", "works", "detail")
    for trial in results:
        mark = Text("yes", "green") if trial.works else Text("no", "bold red")
        table.add_row(trial.part, mark, Text(trial.detail, overflow="fold"))
    return table
