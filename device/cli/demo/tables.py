"""What was received over MQTT, as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from device.entities.attributes import ATTRIBUTES

# Those that are not subjective.
_NAMES = {row.attribute: row.name for row in ATTRIBUTES if row.is_enabled_by_default}
_BAR_CHARACTERS = 20


def entities_table(discovery: Mapping[str, Any]) -> Table:
    """Return the entities of a discovery payload; those that start disabled are only counted."""
    # A device trigger has no id: it is not an entity.
    components = [c for c in discovery["components"].values() if "default_entity_id" in c]
    enabled = [c for c in components if c.get("enabled_by_default", True)]
    hidden = len(components) - len(enabled)
    caption = f"and {hidden} more that start disabled" if hidden else None
    table = Table(title=f"{discovery['device']['name']} in Home Assistant", caption=caption)
    table.add_column("entity")
    table.add_column("name")
    for component in sorted(enabled, key=lambda c: str(c["default_entity_id"])):
        table.add_row(component["default_entity_id"], component["name"])
    return table


def observation_table(event: Mapping[str, Any]) -> Table:
    """Return an observation's JSON as a table: one row for each attribute of the primary face."""
    took = f"{event['timings']['total']:.0f} ms"
    faces = event["faces"]
    if not faces:
        reason = str(event["reason"]).replace("_", " ")
        table = Table(title="observation", caption=took)
        table.add_column("result")
        table.add_row(f"{reason}, {event['face_count']} faces seen")
        return table
    face = next(face for face in faces if face["primary"])
    x, y, width, height = face["box"]
    table = Table(
        title=f"{len(faces)} of {event['face_count']} faces judged; the primary one:",
        caption=f"{width:.0f}x{height:.0f} pixels at {x:.0f}, {y:.0f}; quality {face['quality']:.0%}; {took}",
    )
    table.add_column("what")
    table.add_column("says")
    table.add_column("probability")
    table.add_row("Hair color", face["hair_color"] or "cannot tell")
    table.add_row("Facial hair", face["facial_hair"] or "cannot tell")
    attributes = face["attributes"]
    for name in sorted(
        _NAMES.keys() & attributes.keys(), key=lambda n: -attributes[n]["probability"]
    ):
        probability, is_present = attributes[name]["probability"], attributes[name]["present"]
        table.add_row(
            _NAMES[name],
            Text("yes", style="bold green") if is_present else Text("no", style="dim"),
            f"{'█' * round(probability * _BAR_CHARACTERS):<{_BAR_CHARACTERS}} {probability:4.0%}",
        )
    return table
