"""The rows of somebody who is enrolled: in Home Assistant each person is a device of all nodes together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from device.entities.kinds import Document, Json, Platform, Readable, Sensor
from device.observation import iso_time

# Long enough for somebody who waits at the door, or works in the room of the camera.
_HERE_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody was recognised.

    Attributes:
        at: when, in UTC.
        node: the name of the node that did.
    """

    at: datetime
    node: str


SIGHTING: Document[Sighting] = Document("sighting")
"""Where and when somebody was seen last; retained, and not under a node's topic: see Topics.person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentSensor(Readable[Sighting]):
    """On for a while after a moment. Home Assistant alone decides it: no node may be there to say that it is over.

    Attributes:
        since: the key of the moment in the document.
        minutes: for how long.
    """

    platform = Platform.BINARY_SENSOR

    since: str
    minutes: int

    @property
    def is_published(self) -> bool:
        """Whether the value stands in the document: a time does, from which it follows."""
        return False

    def value(self, subject: Sighting) -> Json:
        """Return None: see above."""
        del subject
        return None


_LAST_SEEN = Sensor(
    document=SIGHTING,
    key="last_seen",
    name="Last seen",
    meaning="When a node last recognised this person.",
    icon="mdi:clock-outline",
    device_class="timestamp",
    read=lambda sighting: iso_time(sighting.at),
)

PERSON_DEVICE: tuple[Readable[Sighting], ...] = (
    RecentSensor(
        document=SIGHTING,
        key="here",
        name="Here",
        meaning=f"A node has recognised this person within the last {_HERE_MINUTES} minutes.",
        icon="mdi:account-check",
        device_class="occupancy",
        since=_LAST_SEEN.key,
        minutes=_HERE_MINUTES,
    ),
    _LAST_SEEN,
    Sensor(
        document=SIGHTING,
        key="last_seen_by",
        name="Last seen by",
        meaning="The name of the node that did.",
        icon="mdi:cctv",
        read=lambda sighting: sighting.node,
    ),
)
