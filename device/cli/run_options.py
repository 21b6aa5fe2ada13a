"""The options of `facet run`, read without Typer: it takes 10 MB, and a node is started this way for months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SETUP_VARIABLE = "FACET_SETUP"
"""The environment's name for --setup."""

_TAKES_A_VALUE = {"-c": "file", "--config": "file", "--log-level": "log_level"}
_IS_SETUP = {None: False, "0": False, "1": True}


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run a node.

    Attributes:
        file: the node's YAML file.
        log_level: debug, info, warning or error.
        is_setup: whether a page asks for a broker if the file names none.
    """

    file: Path = Path("facet.yaml")
    log_level: str = "info"
    is_setup: bool = False


def read_run_options(arguments: Sequence[str], environment: Mapping[str, str]) -> RunOptions | None:
    """Return how the node is to be run; None for whatever Typer answers: other commands, help, and mistakes.

    Args:
        arguments: of the command line, without the program.
        environment: of the process.
    """
    is_setup = _IS_SETUP.get(environment.get(SETUP_VARIABLE))
    if list(arguments[:1]) != ["run"] or is_setup is None:
        return None
    found: dict[str, str] = {}
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "--setup":
            is_setup = True
            continue
        name = _TAKES_A_VALUE.get(argument, "file")
        value = next(rest, "-") if argument in _TAKES_A_VALUE else argument
        if name in found or not value or value.startswith("-"):
            return None
        found[name] = value
    usual = RunOptions()
    return RunOptions(
        Path(found.get("file", usual.file)), found.get("log_level", usual.log_level), is_setup
    )
