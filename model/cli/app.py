"""The application, and what its commands share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from device.system.console import open_console
from model.errors import DataError
from model.training.device_name import DeviceName

app = typer.Typer(
    help="Train, export and measure the networks: `pipeline` in one command, the others step by step.",
    epilog="Examples:\n\n"
    "python -m model pipeline model/recipes/shipped.yaml --data CELEBA --work WORK --plan\n\n"
    "python -m model evaluate --data CELEBA --model attributes-lite",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path, typer.Option(help="A folder in CelebA's official layout.")]
Masks = Annotated[
    list[str],
    typer.Option(
        metavar="FOLDER=FILE",
        help="Which labels the pictures of a --data folder cannot show, unless its list_masked_attr.txt says it; may "
        "be repeated.",
    ),
]
Device = Annotated[
    DeviceName,
    typer.Option(help="What to compute on; auto takes a graphics card if PyTorch finds one."),
]
Model = Annotated[str, typer.Option(help="A name in the zoo, or a path to a .tflite.")]

_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kKmMgG][bB])")
_SMALLEST_SIZE = 10**6
# Of a table that is written to a file or a pipe.
_FILE_COLUMNS = 120


def masks_of(masks: Sequence[str], data: Sequence[Path]) -> dict[Path, Path]:
    """Return the files that --mask names, by the folders.

    Args:
        masks: FOLDER=FILE each.
        data: the folders.

    Raises:
        DataError: one is not like that, is of another folder, or does not exist.
    """
    found = {}
    for mask in masks:
        folder, _, file = (part.strip() for part in mask.rpartition("="))
        if Path(folder) not in data or not Path(file).is_file():
            fault = (
                f"{file} is not a file"
                if Path(folder) in data
                else f"--data has {', '.join(map(str, data))}"
            )
            message = f"--mask {mask}: {fault}; FOLDER=FILE is expected, with a folder of --data"
            raise DataError(message)
        found[Path(folder)] = Path(file)
    return found


def bytes_of(size: str, option: str) -> int:
    """Return how many bytes a size has, such as 48MB.

    Args:
        size: a number and a unit.
        option: that it was given to.

    Raises:
        DataError: it is not like that, or less than a megabyte.
    """
    match = _SIZE.fullmatch(size.strip())
    found = round(float(match[1]) * _UNITS[match[2].upper()]) if match else 0
    if found < _SMALLEST_SIZE:
        message = f"{option} {size}: a size of at least 1MB is expected, such as 48MB or 1.5GB"
        raise DataError(message)
    return found


def wide_console(*, stderr: bool = False) -> Console:
    """Return a console that is wide also where it writes to a file or a pipe."""
    console = open_console(stderr=stderr)
    if not console.is_terminal:
        console.width = _FILE_COLUMNS
    return console
