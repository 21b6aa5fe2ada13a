"""What a row of the table of entities is; the rows themselves stand in entities.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from device.observation import Source


class Platform(StrEnum):
    """Home Assistant's domains that the node uses; a device trigger is no entity, but is discovered as one."""

    BINARY_SENSOR = "binary_sensor"
    SENSOR = "sensor"
    EVENT = "event"
    BUTTON = "button"
    SWITCH = "switch"
    NUMBER = "number"
    SELECT = "select"
    IMAGE = "image"
    UPDATE = "update"
    DEVICE_TRIGGER = "device_automation"


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


_COMMANDED = frozenset({Platform.BUTTON, Platform.SWITCH, Platform.NUMBER, Platform.SELECT})

# Seconds that an event may have waited for the broker and still be news.
_FRESH_FOR = 60
_FRESH = (
    f"as_timestamp(value_json.delivered_at) - as_timestamp(value_json.occurred_at) < {_FRESH_FOR}"
)

ON = "ON"
OFF = "OFF"
PRESS = "PRESS"
INSTALL = "INSTALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One row of the table.

    Attributes:
        key: unique in the node; also the value's key in the document, and the last part of the
            command topic.
        name: as Home Assistant shows it.
        meaning: one sentence for the owner.
        document: where the value stands; None for a button, which has none, and for an image, which is none.
        unit: of measurement; for a number also of its bounds.
        precision: decimals that Home Assistant shows.
        options: the values of an enum sensor or a select, or the types of an event.
        minimum: least value of a number; likewise maximum and step.
        enabled_by_default: False where the owner has to ask for it in Home Assistant.
        needs_camera: unavailable while the camera is.
        needs_motion_sensor: left out of the table of a node without one.
        needs_picture: left out of the table of a node from which no picture may leave.
        needs_index: left out of the table of a node that looks at no index of updates.
        can_install: Home Assistant may install what an update entity shows.
        attribute: the label of the attribute network that it speaks of.
        source: what must have asked for the observation, for a device trigger that speaks of that.
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
    needs_picture: bool = False
    needs_index: bool = False
    can_install: bool = False
    attribute: str | None = None
    source: Source | None = None

    @property
    def takes_commands(self) -> bool:
        """Whether Home Assistant may send something to it."""
        return self.platform in _COMMANDED or self.can_install

    @property
    def value_template(self) -> str | None:
        """Home Assistant's way to the value in the document.

        A null renders as "None", which Home Assistant takes for "unknown". A subscript, because a
        key may begin with a digit. An event is the whole document, but for faces beyond the fifth:
        Home Assistant's recorder forgets attributes of more than 16 KiB, and a face takes 2.3. A
        device trigger fires when its template says ON, for any of the faces, and not for an event that
        waited for the broker: an automation would act on somebody who has long gone.
        """
        if self.document is None:
            return None
        match self.platform:
            case Platform.EVENT:
                return "{{ dict(value_json, faces=value_json.faces[:5]) | to_json }}"
            case Platform.UPDATE:
                return f"{{{{ value_json['{self.key}'] | to_json }}}}"
            case Platform.DEVICE_TRIGGER if self.attribute is not None:
                has_it = f"face.attributes[{json.dumps(self.attribute)}].present"
                loop = f"{{% for face in value_json.faces if {_FRESH} and {has_it} %}}"
                return f"{loop}{{{{ '{ON}' if loop.first }}}}{{% endfor %}}"
            case Platform.DEVICE_TRIGGER:
                return f"{{{{ '{ON}' if {_FRESH} and value_json.trigger == '{self.source}' }}}}"
            case _:
                return f"{{{{ value_json['{self.key}'] }}}}"
