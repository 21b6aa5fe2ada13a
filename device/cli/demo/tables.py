"""What was received over MQTT, as tables for people: each fits a terminal of 80x24 together with the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from device.cli.reading import (
    FACIAL_HAIR,
    HAIR_COLOR,
    Reading,
    facial_hair,
    hair_color,
    result,
)
from device.observation import Attribute, FaceAttributes, LeftOut, Reason

_BAR_CHARACTERS = 20
_WIDTH = 78  # characters, so that neither title nor caption is wrapped


def entities_table(discovery: Mapping[str, Any]) -> Table:
    """Return the names of a discovery payload's entities; those that start disabled are only counted."""
    # A device trigger has no id: it is not an entity.
    components = [c for c in discovery["components"].values() if "default_entity_id" in c]
    enabled = [c for c in components if c.get("enabled_by_default", True)]
    hidden = len(components) - len(enabled)
    caption = f"and {hidden} more that start disabled" if hidden else None
    table = _table(f"{discovery['device']['name']} in Home Assistant", caption)
    table.add_column("entities")
    table.add_column("names", overflow="fold")
    for domain, group in groupby(sorted(enabled, key=_domain), _domain):
        names = [str(component["name"]) for component in group]
        table.add_row(f"{len(names):2} {domain}", ", ".join(names))
    return table


def observation_table(event: Mapping[str, Any], reading: Reading) -> Table:
    """Return an observation's JSON as a table: what the primary face has, and in one row what it has not."""
    faces = event["faces"]
    reason = None if event["reason"] is None else Reason(event["reason"])
    left_out = {LeftOut(why): count for why, count in event["left_out"].items()}
    title = result(reason, len(faces), event["face_count"], left_out)
    took = f"{event['timings']['total']:.0f} ms"
    if not faces:
        table = _table(None, took)
        table.add_column("result", overflow="fold")
        table.add_row(title)
        return table
    face = next(face for face in faces if face["primary"])
    x, y, width, height = face["box"]
    size = f"{width:.0f}x{height:.0f} pixels at {x:.0f}, {y:.0f}"
    table = _table(
        title + ("; the primary one:" if len(faces) > 1 else ""),
        f"{size}; quality {face['quality']:.0%}; {took}",
    )
    table.add_column("what")
    table.add_column("says", overflow="fold")
    fact = _fact(face)
    table.add_row(HAIR_COLOR, hair_color(fact))
    table.add_row(FACIAL_HAIR, facial_hair(fact.facial_hair))
    for name, probability in reading.attributes(fact):
        bar = f"{'█' * round(probability * _BAR_CHARACTERS):<{_BAR_CHARACTERS}} {probability:4.0%}"
        table.add_row(name, Text(bar, "green"))
    if absent := reading.absent(fact):
        table.add_row("not", Text(", ".join(absent), "dim"))
    return table


def _table(title: str | None, caption: str | None) -> Table:
    return Table(
        title=title,
        caption=caption,
        box=SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        min_width=_WIDTH,
    )


def _domain(component: Mapping[str, Any]) -> str:
    return str(component["default_entity_id"]).split(".", 1)[0]


def _fact(face: Mapping[str, Any]) -> FaceAttributes:
    """Return what a face's JSON says of its attributes."""
    return FaceAttributes(
        {
            label: Attribute(attribute["probability"], attribute["present"])
            for label, attribute in face["attributes"].items()
        },
        face["hair_color"],
        face["facial_hair"],
    )
