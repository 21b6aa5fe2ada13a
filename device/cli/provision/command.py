"""The options of `facet provision`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_NODE, _BROKER, _NETWORK, _PACKAGE = (
    "The node",
    "The broker",
    "Network and log-in",
    "Package and output",
)


def provision(  # noqa: PLR0913  one argument is one option
    *,
    node: Annotated[
        str | None,
        typer.Option(help="The node's id: letters, digits, _ and -.", rich_help_panel=_NODE),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            help="Many nodes: a table with one line for each. Its columns have the names of the options in the first "
            "three groups; the options apply where a line has no value.",
            rich_help_panel=_NODE,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Its name in Home Assistant.", rich_help_panel=_NODE)
    ] = None,
    area: Annotated[
        str | None,
        typer.Option(help="The area that Home Assistant proposes.", rich_help_panel=_NODE),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Language of the entities' names: en, de or fr.", rich_help_panel=_NODE),
    ] = None,
    button: Annotated[
        str | None, typer.Option(help="Pin of a push button, such as 17.", rich_help_panel=_NODE)
    ] = None,
    motion: Annotated[
        str | None, typer.Option(help="Pin of a PIR sensor, such as 4.", rich_help_panel=_NODE)
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="The broker's name or address.", rich_help_panel=_BROKER),
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(help="1883, or 8883 with TLS, if unset.", rich_help_panel=_BROKER),
    ] = None,
    username: Annotated[
        str | None, typer.Option(help="The node's id if unset.", rich_help_panel=_BROKER)
    ] = None,
    password_file: Annotated[
        str | None,
        typer.Option(
            help="A file with the node's password, or - to be asked. A random one is generated if unset.",
            rich_help_panel=_BROKER,
        ),
    ] = None,
    anonymous: Annotated[
        bool,
        typer.Option("--anonymous", help="The broker has no users.", rich_help_panel=_BROKER),
    ] = False,
    tls: Annotated[
        bool,
        typer.Option("--tls", help="Encrypt; implied by --ca-file.", rich_help_panel=_BROKER),
    ] = False,
    ca_file: Annotated[
        str | None,
        typer.Option(
            help="PEM file of the authority that signed the broker's certificate; the system's if unset.",
            rich_help_panel=_BROKER,
        ),
    ] = None,
    certificate_file: Annotated[
        str | None,
        typer.Option(help="PEM file of the node's own certificate.", rich_help_panel=_BROKER),
    ] = None,
    key_file: Annotated[
        str | None,
        typer.Option(help="PEM file of its private key.", rich_help_panel=_BROKER),
    ] = None,
    wifi: Annotated[
        str | None,
        typer.Option(help="The network's name; the cable if unset.", rich_help_panel=_NETWORK),
    ] = None,
    wifi_country: Annotated[
        str | None,
        typer.Option(help="Where the Pi is, such as DE.", rich_help_panel=_NETWORK),
    ] = None,
    wifi_password_file: Annotated[
        str | None,
        typer.Option(
            help="A file with the pass phrase, or - for standard input. Asked if unset.",
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    hostname: Annotated[
        str | None,
        typer.Option(
            help="The Pi's name; made from the node's id if unset.", rich_help_panel=_NETWORK
        ),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(help="Who may log in with --ssh-key; pi if unset.", rich_help_panel=_NETWORK),
    ] = None,
    ssh_key: Annotated[
        str | None,
        typer.Option(
            help="File of a public key. Without it no user is created.",
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    wheel: Annotated[
        Path | None,
        typer.Option(help="Put this wheel of Facet on the cards.", rich_help_panel=_PACKAGE),
    ] = None,
    wheelhouse: Annotated[
        Path | None,
        typer.Option(
            help="Put all wheels of this folder on the cards: the Pi then needs no package index.",
            rich_help_panel=_PACKAGE,
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(
            help="The release to install; that of this program if neither it nor a wheel is given.",
            rich_help_panel=_PACKAGE,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="The folder to write to.", rich_help_panel=_PACKAGE)
    ] = Path("cards"),
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace cards in it.", rich_help_panel=_PACKAGE),
    ] = False,
) -> None:
    """Make SD cards that need no keyboard: with these files on the boot partition the first start installs the node."""
    from device.cli.provision.provision import Release
    from device.cli.provision.provision import provision as write

    texts = {
        "name": name,
        "area": area,
        "language": language,
        "button": button,
        "motion": motion,
        "host": host,
        "port": port,
        "username": username,
        "password_file": password_file,
        "anonymous": "true" if anonymous else None,
        "tls": "true" if tls else None,
        "ca_file": ca_file,
        "certificate_file": certificate_file,
        "key_file": key_file,
        "wifi": wifi,
        "wifi_country": wifi_country,
        "wifi_password_file": wifi_password_file,
        "hostname": hostname,
        "user": user,
        "ssh_key": ssh_key,
    }
    if (node is None) == (csv is None):
        raise typer.BadParameter("give either --node or --csv")  # noqa: EM101, TRY003  Typer's own way
    given = {key: text for key, text in {"node": node, **texts}.items() if text is not None}
    write(given, csv, Release(wheel, wheelhouse, version), out, force=force)
