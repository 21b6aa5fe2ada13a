"""The row that fires for each attribute that is seen: "Event received" on it is "eyeglasses detected". Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from typing_extensions import TypedDict

from device.entities.documents import SEEN
from device.entities.kinds import AttributeSensor, Event
from device.entities.outcome import Outcome
from device.observation import Observation, Source


@dataclass(frozen=True, slots=True)
class _InAnyFace:
    """The names of those attributes that any face of an observation has.

    Attributes:
        attributes: label and name of those that count.
    """

    attributes: tuple[tuple[str, str], ...]

    def __call__(self, observation: Observation) -> tuple[str, ...]:
        """Return the names, each once, in the order of the table."""
        present = {
            label
            for face in observation.faces
            for label, attribute in face.attributes.items()
            if attribute.present
        }
        return tuple(dict.fromkeys(name for label, name in self.attributes if label in present))


class SeenJson(TypedDict):
    """Which observation an attribute is from."""

    event_id: str
    trigger: Source


def _described(observation: Observation) -> SeenJson:
    return {"event_id": observation.event_id, "trigger": observation.trigger}


def seen(rows: Iterable[AttributeSensor[Outcome]]) -> tuple[Event[Observation], ...]:
    """Return the row of what is seen; none for a node without attributes, for Home Assistant demands a type.

    Args:
        rows: of all attributes, named in the owner's language: Home Assistant shows the type of an event word for word.
            Those count that leave the node.
    """
    counting = tuple((row.attribute, row.name) for row in rows if row.is_published)
    if not counting:
        return ()
    return (
        Event(
            document=SEEN,
            key="seen",
            name="Seen",
            meaning=(
                "Fires at once for each attribute that any face of an observation has. It never fires later, even if "
                "the broker was away."
            ),
            icon="mdi:eye-check-outline",
            is_essential=True,
            types=tuple(dict.fromkeys(name for _label, name in counting)),
            read=_InAnyFace(counting),
            describe=_described,
        ),
    )
