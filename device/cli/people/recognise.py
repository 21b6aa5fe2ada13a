"""The commands of `facet people` that need the networks; what they do is imported when one runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from device.cli.people.app import FACET_YAML, ConfigOption, Json, people


@people.command()
def enrol(
    name: Annotated[
        str, typer.Argument(help="The person's name, new or enrolled already.", show_default=False)
    ],
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PICTURE...",
            help="Pictures of this person, and folders of them. Three to five from different days serve best.",
            show_default=False,
        ),
    ] = None,
    *,
    camera: Annotated[
        bool, typer.Option("--camera", help="Take eight pictures with the node's camera.")
    ] = False,
    config: ConfigOption = FACET_YAML,
    as_json: Json = False,
) -> None:
    """Enrol a person, or add references to one; each picture that is not taken says why."""
    from device.cli.people.enrol import enrol_pictures as run
    from device.system.console import open_console

    if not pictures and not camera:
        message = "give pictures of the person, or --camera"
        raise typer.BadParameter(message)
    enrolled = run(config, name, pictures or [], is_from_camera=camera)
    taken = len(enrolled.enrolment.references)
    if as_json:
        typer.echo(json.dumps(enrolled.to_json()))
    else:
        console = open_console()
        console.print(enrolled.table())
        console.print(enrolled.sentence(), highlight=False, markup=False)
    if not taken:
        raise typer.Exit(1)


@people.command(name="test")
def compare(
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE...", help="Pictures, and folders of them.")
    ],
    *,
    config: ConfigOption = FACET_YAML,
    as_json: Json = False,
) -> None:
    """Say who is on pictures, as the node would."""
    from device.cli.people.enrol import identify
    from device.cli.people.tables import identities_table
    from device.system.console import open_console

    found = identify(config, pictures)
    if as_json:
        for picture, identities in found:
            people_found = [identity.to_json()["person"] for identity in identities]
            typer.echo(json.dumps({"picture": picture, "people": people_found}))
        return
    open_console().print(identities_table(found))


@people.command()
def calibrate(
    score: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Check this minimum score for `people.min_score`."),
    ] = None,
    *,
    config: ConfigOption = FACET_YAML,
    as_json: Json = False,
) -> None:
    """Show how near the enrolled people come to each other, and which minimum score keeps them apart."""
    from dataclasses import asdict

    from device.cli.people.enrol import calibrated
    from device.cli.people.tables import nearness_table
    from device.system.console import open_console

    calibration = calibrated(config)
    if as_json:
        typer.echo(json.dumps(asdict(calibration)))
    else:
        console = open_console()
        console.print(nearness_table(calibration.people))
        console.print(
            f"minimum score in force: {calibration.score:.2f}; recommended: {calibration.recommended:.2f} "
            "(people.min_score)",
            highlight=False,
        )
    if score is not None:
        calibration.require_safe(score)
        typer.echo(f"{score:.2f} is safe for this gallery", err=True)
