"""The commands of `facet people` that need no network; what they do is imported when one runs."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from device.cli.people.app import FACET_YAML, ConfigOption, Json, Name, Number, Yes, people
from device.errors import NobodyEnrolledError


@people.command(name="list")
def list_people(*, config: ConfigOption = FACET_YAML, as_json: Json = False) -> None:
    """List who is enrolled."""
    from device.cli.people.place import open_people
    from device.cli.people.tables import people_table
    from device.people.listing import person_json
    from device.system.console import open_console

    everybody, forgotten = [], 0
    with suppress(NobodyEnrolledError), open_people(config) as gallery:
        everybody = [(person, gallery.references(person.id)) for person in gallery.people()]
        forgotten = len(gallery.tombstones())
    if as_json:
        documents = [person_json(*person) for person in everybody]
        typer.echo(json.dumps({"people": documents, "forgotten": forgotten}))
        return
    console = open_console()
    if everybody:
        console.print(people_table(everybody))
    console.print(f"{len(everybody)} enrolled, {forgotten} forgotten", highlight=False)


@people.command()
def show(name: Name, *, config: ConfigOption = FACET_YAML, as_json: Json = False) -> None:
    """Show a person's references: what faces are compared with."""
    from device.cli.people.place import open_people
    from device.cli.people.tables import (
        people_table,
        references_table,
    )
    from device.people.listing import person_json, references_json
    from device.system.console import open_console

    with open_people(config) as gallery:
        person = gallery.find(name)
        references = gallery.references(person.id)
    if as_json:
        document = {
            "person": person_json(person, references),
            "references": references_json(references),
        }
        typer.echo(json.dumps(document))
        return
    console = open_console()
    console.print(people_table([(person, references)]))
    console.print(references_table(references))
    console.print(
        "likeness: with the most similar other reference of this person, -1 to 1; one that is far below the others may "
        "be of somebody else: facet people set-aside"
    )


@people.command()
def rename(
    name: Name,
    new_name: Annotated[
        str,
        typer.Argument(metavar="NEW", help="The new name, 1 to 40 characters.", show_default=False),
    ],
    *,
    config: ConfigOption = FACET_YAML,
) -> None:
    """Give a person another name; the id, and with it everything in Home Assistant, stays the same."""
    from device.cli.people.place import open_people
    from device.cli.people.tables import shown_name

    with open_people(config) as gallery:
        before = gallery.find(name)
        renamed = gallery.rename(before.id, new_name)
    typer.echo(f"{shown_name(before)} is now {shown_name(renamed)}")


@people.command()
def merge(
    name: Name,
    other: Annotated[
        str,
        typer.Argument(
            metavar="OTHER",
            help="The person who turned out to be the same one.",
            show_default=False,
        ),
    ],
    *,
    config: ConfigOption = FACET_YAML,
    yes: Yes = False,
) -> None:
    """Give a person the references of another one, and forget the other one; asks first."""
    from device.cli.people.place import open_people
    from device.cli.people.tables import shown_name

    with open_people(config) as gallery:
        kept, dropped = gallery.find(name), gallery.find(other)
        if not yes:
            typer.confirm(
                f"Give {shown_name(kept)} the references of {shown_name(dropped)}, who is then forgotten? This cannot "
                "be undone",
                abort=True,
            )
        gallery.merge(kept.id, dropped.id)
        references = gallery.references(kept.id)
    typer.echo(
        f"{shown_name(dropped)} is now {shown_name(kept)}, with {len(references)} references"
    )


@people.command()
def forget(name: Name, *, config: ConfigOption = FACET_YAML, yes: Yes = False) -> None:
    """Delete a person with all references; asks first."""
    from device.cli.people.place import open_people
    from device.cli.people.tables import shown_name

    with open_people(config) as gallery:
        person = gallery.find(name)
        count = len(gallery.references(person.id))
        if not yes:
            typer.confirm(
                f"Forget {shown_name(person)}, with {count} references? This cannot be undone",
                abort=True,
            )
        gallery.forget(person.id)
    typer.echo(
        f"{shown_name(person)} is forgotten, with {count} references; delete exports and backups of yours, which still "
        "have them"
    )


@people.command(name="set-aside")
def set_aside(reference: Number, *, config: ConfigOption = FACET_YAML) -> None:
    """Keep a reference, and compare faces with it no more."""
    from device.cli.people.place import open_people

    with open_people(config) as gallery:
        gallery.set_aside(reference)
    typer.echo(f"reference {reference} is set aside; facet people restore {reference} undoes it")


@people.command()
def restore(reference: Number, *, config: ConfigOption = FACET_YAML) -> None:
    """Compare faces again with a reference that was set aside."""
    from device.cli.people.place import open_people

    with open_people(config) as gallery:
        gallery.restore(reference)
    typer.echo(f"reference {reference} is compared again")


@people.command()
def reset(*, config: ConfigOption = FACET_YAML, yes: Yes = False) -> None:
    """Delete all references and keep the people, who are then enrolled again for another network; asks first."""
    from device.cli.people.place import open_people

    with open_people(config) as gallery:
        if not yes:
            typer.confirm(
                "Delete the references of everybody, and keep names and ids? This cannot be undone",
                abort=True,
            )
        gallery.reset()
    typer.echo("nobody has references any more; enrol each person again")


@people.command(name="new-key")
def new_key() -> None:
    """Print a new key for people.share_key, with which nodes share the people who are enrolled."""
    from device.system.share_key import new_share_key

    typer.echo(new_share_key())
    typer.echo(
        "Put it into the secrets.yaml of every node that shares people, as people_key, and share_key: !secret "
        "people_key under people in facet.yaml. Whoever has it can read, change and forget these people",
        err=True,
    )


@people.command()
def export(
    name: Annotated[
        str | None,
        typer.Argument(help="Only this person's name, or id.", show_default="everybody"),
    ] = None,
    *,
    config: ConfigOption = FACET_YAML,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("facet-people.json"),
    force: Annotated[bool, typer.Option("--force", help="Replace it if it exists.")] = False,
) -> None:
    """Write people and their references into a file, for another node or a safe place."""
    from device.cli.people.exchange import export_people

    typer.echo(export_people(config, name, out, force=force))


@people.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="What export has written.", show_default=False)],
    *,
    config: ConfigOption = FACET_YAML,
    bring_back: Annotated[
        bool,
        typer.Option("--bring-back", help="Also import people who were forgotten on this node."),
    ] = False,
) -> None:
    """Add people from an export; people who were forgotten there are forgotten here too."""
    from device.cli.people.exchange import import_people

    for sentence in import_people(config, file, may_bring_back=bring_back):
        typer.echo(sentence)
