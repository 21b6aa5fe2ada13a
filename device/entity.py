"""What a row of the table of entities is; the rows themselves stand in entities.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """Home Assistant's domains that the node uses."""

    BINARY_SENSOR = "binary_sensor"
    SENSOR = "sensor"
    EVENT = "event"
    BUTTON = "button"
    SWITCH = "switch"
    NUMBER = "number"


class Document(StrEnum):
    """The JSON documents that the node publishes; the value is the last part of the topic.

    STATE: what the newest observation says; retained.
    SETTINGS: what can be switched and set; retained.
    DIAGNOSTICS: how the node is; retained.
    EVENT: one observation; never retained, or Home Assistant would fire it again at each restart.
    """

    STATE = "state"
    SETTINGS = "settings"
    DIAGNOSTICS = "diagnostics"
    EVENT = "event"


class Category(StrEnum):
    """Where Home Assistant shows an entity that is not the device's main purpose."""

    CONFIG = "config"
    DIAGNOSTIC = "diagnostic"


class EventType(StrEnum):
    """The event types of an observation."""

    FACE = "face"
    NO_FACE = "no_face"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


ON = "ON"
OFF = "OFF"
PRESS = "PRESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One row of the table.

    Attributes:
        key: unique in the node; also the value's key in the document, and the last part of the
            command topic.
        name: as Home Assistant shows it.
        meaning: one sentence for the owner.
        document: where the value stands; None for a button, which has none.
        unit: of measurement; for a number also of its bounds.
        precision: decimals that Home Assistant shows.
        options: the values of an enum sensor, or the types of an event.
        minimum: least value of a number; likewise maximum and step.
        enabled_by_default: False where the owner has to ask for it in Home Assistant.
        needs_camera: unavailable while the camera is.
        needs_motion_sensor: left out of the table of a node without one.
        attribute: the label of the attribute network that it speaks of.
    """

    key: str
    platform: Platform
    name: str
    meaning: str
    icon: str | None = None
    document: Document | None = None
    category: Category | None = None
    device_class: str | None = None
    unit: str | None = None
    state_class: str | None = None
    precision: int | None = None
    options: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 1.0
    enabled_by_default: bool = True
    needs_camera: bool = False
    needs_motion_sensor: bool = False
    attribute: str | None = None

    @property
    def takes_commands(self) -> bool:
        """Whether Home Assistant may send something to it."""
        return self.platform in {Platform.BUTTON, Platform.SWITCH, Platform.NUMBER}

    @property
    def value_template(self) -> str | None:
        """Home Assistant's way to the value in the document.

        A null renders as "None", which Home Assistant takes for "unknown". A subscript, because a
        key may begin with a digit. An event is the whole document, but for faces beyond the fifth:
        Home Assistant's recorder forgets attributes of more than 16 KiB, and a face takes 2.3.
        """
        if self.document is None:
            return None
        if self.platform is Platform.EVENT:
            return "{{ dict(value_json, faces=value_json.faces[:5]) | to_json }}"
        return f"{{{{ value_json['{self.key}'] }}}}"
