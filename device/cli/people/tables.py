"""Who is enrolled, as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.table import Column, Table
from rich.text import Text

from device.people.calibration import Nearness
from device.people.identity import Identity
from device.people.listing import likenesses, set_aside
from device.people.names import LONGEST_NAME
from device.people.person import Person, Reference
from device.people.visitors import Visitor
from device.system.text import printable


def people_table(people: Sequence[tuple[Person, Sequence[Reference]]]) -> Table:
    """Return a table with a row for each person."""
    table = Table(
        Column("name", overflow="fold"),
        Column("references", justify="right"),
        Column("set aside", justify="right"),
        Column("enrolled", no_wrap=True),
        Column("id", no_wrap=True),
    )
    for person, references in people:
        aside = set_aside(references)
        table.add_row(
            Text(shown_name(person)),
            str(len(references) - aside),
            str(aside or ""),
            _day(person.enrolled_at),
            person.id,
        )
    return table


def references_table(references: Sequence[Reference]) -> Table:
    """Return a table with a row for each reference of a person."""
    table = Table(
        Column("reference", justify="right"),
        "quality",
        "likeness",
        Column("added", no_wrap=True),
        "compared",
    )
    for reference, likeness in zip(references, likenesses(references), strict=True):
        table.add_row(
            str(reference.id),
            f"{reference.quality:.2f}",
            "" if likeness is None else f"{likeness:.2f}",
            _day(reference.added_at),
            Text("no", "dim") if reference.is_set_aside else "yes",
        )
    return table


def visitors_table(visitors: Iterable[Visitor]) -> Table:
    """Return a table with a row for each unknown visitor."""
    table = Table("visitor", Column("visits", justify="right"), "first seen", "last seen")
    for visitor in visitors:
        first, last = _day(visitor.first_seen), _day(visitor.last_seen)
        table.add_row(visitor.label, str(visitor.visits), first, last)
    return table


def identities_table(found: Iterable[tuple[str, Sequence[Identity]]]) -> Table:
    """Return a table with a row for each face of each picture."""
    table = Table("picture", "who", Column("similarity", justify="right"), "result")
    for picture, identities in found:
        if not identities:
            table.add_row(Text(picture, overflow="fold"), "-", "", "no face to judge")
        for identity in identities:
            who = " or ".join(person.name for person in identity.people) or "-"
            score = "" if identity.score is None else f"{identity.score:.2f}"
            table.add_row(Text(picture, overflow="fold"), Text(who), score, identity.result.value)
    return table


def nearness_table(people: Sequence[Nearness]) -> Table:
    """Return a table with a row for each person: how near the references are to the person's own, and to others'."""
    table = Table(
        "name",
        Column("lowest, own", justify="right"),
        Column("highest, others", justify="right"),
        "with",
    )
    for row in people:
        table.add_row(
            Text(row.name),
            "" if row.own is None else f"{row.own:.2f}",
            "" if row.ceiling is None else f"{row.ceiling:.2f}",
            Text(row.with_whom or ""),
        )
    return table


def shown_name(person: Person) -> str:
    """Return a name that a terminal shows as it is, also if the file holds something else."""
    return printable(person.name, LONGEST_NAME)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
