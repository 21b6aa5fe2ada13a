"""What a discovery message consists of, as types.

Home Assistant rejects the whole of a message for a key that it does not know here. What a component may have is its own
business, and differs by platform.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Required, TypeAlias

from typing_extensions import TypedDict

from device.entities.kinds import Platform
from device.observation import Keywords

ComponentJson: TypeAlias = Annotated[
    dict[str, Any],
    Keywords(
        {"properties": {"platform": {"enum": [*Platform]}}, "required": ["platform"]},
    ),
]
"""An entity, or a device trigger, with the keys of its platform; with the platform alone it is removed."""


class AboutJson(TypedDict, total=False):
    """What Home Assistant shows of a device.

    Both lists are always there, also when empty: see _availability in payload.py for what may happen to defaults.
    """

    identifiers: Required[list[str]]
    connections: Required[list[list[str]]]
    name: str
    manufacturer: str
    model: str
    model_id: str
    hw_version: str
    serial_number: str
    sw_version: str
    configuration_url: str
    suggested_area: str


class OriginJson(TypedDict):
    """What has published a message."""

    name: str
    sw_version: NotRequired[str]


class AvailabilityJson(TypedDict):
    """Where it is said whether something is available, and how."""

    topic: str
    payload_available: str
    payload_not_available: str


class DiscoveryJson(TypedDict):
    """Device-based discovery: a node or a person, with all its entities by their keys."""

    device: AboutJson
    origin: OriginJson
    availability: NotRequired[list[AvailabilityJson]]
    availability_mode: NotRequired[Literal["all"]]
    components: dict[str, ComponentJson]
