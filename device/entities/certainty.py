"""The row that says how sure the node was. Pure.

One entity for all attributes: as attributes of each binary sensor, the same numbers would add a row for each of them to
Home Assistant's database at every press.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from typing_extensions import TypedDict

from device.entities.documents import STATE
from device.entities.kinds import AttributeSensor, Category, Sensor
from device.entities.outcome import Outcome
from device.observation import Share


class ComparedJson(TypedDict):
    """The probability of an attribute, and what it was compared with."""

    probability: Share
    threshold: Share


@dataclass(frozen=True, slots=True)
class _Compared:
    """The probabilities of the primary face, and what they were compared with.

    Attributes:
        attributes: label and key of those that count.
    """

    attributes: tuple[tuple[str, str], ...]

    def of(self, outcome: Outcome) -> Iterator[tuple[str, float, float]]:
        """Yield key, probability and threshold of each attribute that was judged."""
        found = outcome.face.attributes if outcome.face else {}
        for label, key in self.attributes:
            if label in found and (threshold := found[label].threshold) is not None:
                yield key, found[label].probability, threshold


class _SmallestMargin(_Compared):
    def __call__(self, outcome: Outcome) -> float | None:
        """Return the least distance in percentage points; None when nobody was judged."""
        margins = [abs(probability - limit) for _key, probability, limit in self.of(outcome)]
        return round(100 * min(margins), 1) if margins else None


class _Listed(_Compared):
    def __call__(self, outcome: Outcome) -> dict[str, ComparedJson]:
        """Return probability and threshold by key."""
        return {
            key: {"probability": round(probability, 3), "threshold": round(limit, 3)}
            for key, probability, limit in self.of(outcome)
        }


def certainty(rows: Iterable[AttributeSensor[Outcome]]) -> Sensor[Outcome]:
    """Return the row of the smallest margin.

    Args:
        rows: of all attributes; those count that are enabled from the start.
    """
    counting = tuple((row.attribute, row.key) for row in rows if row.is_enabled_by_default)
    return Sensor(
        document=STATE,
        key="smallest_margin",
        name="Smallest margin",
        meaning=(
            "How sure the node was: the smallest distance between an attribute's probability and its threshold, in "
            "percentage points. Its attributes list both for each attribute that starts enabled."
        ),
        icon="mdi:scale-balance",
        category=Category.DIAGNOSTIC,
        unit="%",
        precision=0,
        needs_camera=True,
        read=_SmallestMargin(counting),
        explain=_Listed(counting),
    )
