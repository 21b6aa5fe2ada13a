"""`facet page`: what the owner of a node does for its page on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

page = typer.Typer(
    name="page",
    help="The node's own page: its password, and the code of the first start.",
    no_args_is_help=True,
)

_HERE, _SERVICE = Path("facet.yaml"), Path("/etc/facet/facet.yaml")


@page.callback()
def _group() -> None:
    pass


_ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The node's YAML file.",
        show_default=f"facet.yaml, or that of the service, {_SERVICE}",
    ),
]


def _chosen(config: Path | None) -> Path:
    return config or (_HERE if _HERE.exists() or not _SERVICE.exists() else _SERVICE)


@page.command()
def code(config: _ConfigFile = None) -> None:
    """Show the address of the first start of a node without a broker, and a code for one log-in."""
    from device.cli.setup import address_and_code

    typer.echo(address_and_code(_chosen(config)))


@page.command(hidden=True)
def welcome(config: _ConfigFile = None) -> None:
    """Print what the installer says of the page."""
    from device.cli.setup import welcome as said

    typer.echo(said(_chosen(config)))


@page.command()
def password(config: _ConfigFile = None) -> None:
    """Make a new password for the page and show it once; this ends all sessions."""
    from device.cli.people.place import state_directory
    from device.config import load
    from device.node.state_directory import PAGE
    from device.web.security.passwords import StoredPassword

    path = _chosen(config)
    loaded = load(path)
    directory = state_directory(loaded, path)
    typer.echo(StoredPassword(directory / PAGE).renew())
    if not loaded.page.enabled:
        typer.echo("The page is off: set page.enabled: true, and restart the node.", err=True)
