"""What a row of the table of entities is: one class per platform of Home Assistant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Generic, TypeAlias, TypeVar

from device.config import Config
from device.entities.requests import Request
from device.entities.requirements import NOTHING, Requirement
from device.entities.settings import Settings

# A TypedDict is a Mapping[str, object] to mypy, and no dict: its own keys say what is in it.
Json: TypeAlias = (
    "str | int | float | bool | list[Json] | dict[str, Json] | Mapping[str, object] | None"
)

EXPLANATIONS = "_attributes"
"""The key of a document under which the attributes of its entities stand; no row's key begins so."""

TEXT = "text"
"""The attribute that says an entity's value in words."""

ON, OFF = "ON", "OFF"
PRESS = "PRESS"
INSTALL = "INSTALL"

SubjectT = TypeVar("SubjectT")
ChoiceT = TypeVar("ChoiceT", bound=str)


class Document(str, Generic[SubjectT]):
    """The name of a JSON document that the node publishes, typed by what the document is made from."""

    __slots__ = ()


class Platform(StrEnum):
    """Home Assistant's domains that the node uses; a device trigger is not an entity, but is discovered as one."""

    BINARY_SENSOR = "binary_sensor"
    SENSOR = "sensor"
    EVENT = "event"
    BUTTON = "button"
    SWITCH = "switch"
    NUMBER = "number"
    SELECT = "select"
    TEXT = "text"
    IMAGE = "image"
    UPDATE = "update"
    DEVICE_TRIGGER = "device_automation"


class Category(StrEnum):
    """Where Home Assistant shows an entity that is not the device's main purpose."""

    CONFIG = "config"
    DIAGNOSTIC = "diagnostic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The attributes that all rows have.

    Attributes:
        platform: of Home Assistant.
        key: unique in the node; the value's key in its document, and the last part of the command topic.
        name: as Home Assistant shows it, in English.
        meaning: one sentence for the owner.
        icon: of Material Design Icons, as "mdi:glasses".
        category: None for the device's main purpose.
        is_enabled_by_default: False where the owner has to enable it in Home Assistant.
        is_essential: among the few that Home Assistant gets where it should get only these.
        needs_camera: unavailable while the camera is.
        requires: what a node needs for the row to be in its table.
    """

    platform: ClassVar[Platform]

    key: str
    name: str
    meaning: str
    icon: str | None = None
    category: Category | None = None
    is_enabled_by_default: bool = True
    is_essential: bool = False
    needs_camera: bool = False
    requires: Requirement = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable(Row, ABC, Generic[SubjectT]):
    """A row with a value in a document. Each class has a `read`, which returns it from what the document is made from.

    Attributes:
        document: the one that contains the value.
        device_class: Home Assistant's.
        explain: returns what Home Assistant shows as the entity's attributes; few, because its recorder keeps them.
            None for an entity without; it returns None where there is nothing to explain. Its annotation says which
            they are: docs/asyncapi.yaml is made from it.
        words: what a person reads instead of the value, by the value; empty where people read the value itself.
        when_ended: the value, as it stands in the document, once what was seen is over; for rows that need the camera.
    """

    document: Document[SubjectT]
    device_class: str | None = None
    explain: Callable[[SubjectT], Mapping[str, object] | None] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    when_ended: Json = None

    @property
    def is_published(self) -> bool:
        """Whether the value stands in the document at all."""
        return True

    @property
    def has_attributes(self) -> bool:
        """Whether Home Assistant shows attributes of the entity."""
        return self.explain is not None or bool(self.words)

    @abstractmethod
    def value(self, subject: SubjectT) -> Json:
        """Return the value as the document contains it; None is Home Assistant's "unknown"."""

    def attributes(self, subject: SubjectT) -> dict[str, object]:
        """Return what Home Assistant shows as the entity's attributes: the value in words, and what explains it."""
        explained = (self.explain(subject) if self.explain is not None else None) or {}
        text = self.words.get(str(self.value(subject)))
        return {**explained} if text is None else {TEXT: text, **explained}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor(Readable[SubjectT]):
    """A value to read.

    Attributes:
        unit: of measurement.
        is_count: whether the value is a whole number, which has no unit.
        state_class: Home Assistant's, for statistics.
        precision: decimals that Home Assistant shows.
        options: the values of an enum.
    """

    platform = Platform.SENSOR

    read: Callable[[SubjectT], Json]
    unit: str | None = None
    is_count: bool = False
    state_class: str | None = None
    precision: int | None = None
    options: tuple[str, ...] = ()

    def value(self, subject: SubjectT) -> Json:
        """Return what is read."""
        return self.read(subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class BinarySensor(Readable[SubjectT]):
    """On, off or unknown."""

    platform = Platform.BINARY_SENSOR

    read: Callable[[SubjectT], bool | None]

    def value(self, subject: SubjectT) -> Json:
        """Return ON, OFF or None."""
        return on_off(self.read(subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSensor(BinarySensor[SubjectT]):
    """A binary sensor of one attribute of the primary face.

    Attributes:
        attribute: the attribute network's label, for instance "Eyeglasses".
        is_superseded: whether another entity tells the same as well: where this one starts disabled, it is published as
            before for whoever has it.
    """

    attribute: str
    is_superseded: bool = False

    @property
    def is_published(self) -> bool:
        """Whether the attribute leaves the node: whoever neither is offered it nor asks for it does not get it."""
        return self.is_enabled_by_default or self.is_superseded


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Readable[Settings]):
    """A setting that is on or off.

    Attributes:
        write: returns the settings with another value.
    """

    platform = Platform.SWITCH

    read: Callable[[Settings], bool]
    write: Callable[[Settings, bool], Settings]

    def value(self, subject: Settings) -> Json:
        """Return ON or OFF."""
        return on_off(self.read(subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Readable[Settings]):
    """A setting with bounds.

    Attributes:
        minimum: included, as is the maximum.
        step: between two allowed values.
        unit: of the value and its bounds.
        is_fraction: whether 1 is the whole: Home Assistant, and nobody else, has it in per cent, on a slider.
        write: returns the settings with another value.
    """

    platform = Platform.NUMBER

    read: Callable[[Settings], float]
    write: Callable[[Settings, float], Settings]
    minimum: float = 0.0
    maximum: float
    step: float = 1.0
    unit: str | None = None
    is_fraction: bool = False

    def value(self, subject: Settings) -> Json:
        """Return the number."""
        return self.read(subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Readable[Settings], Generic[ChoiceT]):
    """A setting with a few values.

    Attributes:
        options: the values.
        allowed: returns those that a node's configuration permits.
        write: returns the settings with another value.
    """

    platform = Platform.SELECT

    options: tuple[ChoiceT, ...]
    allowed: Callable[[Config], tuple[ChoiceT, ...]]
    read: Callable[[Settings], ChoiceT]
    write: Callable[[Settings, ChoiceT], Settings]

    def value(self, subject: Settings) -> Json:
        """Return the chosen one."""
        return self.read(subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Row):
    """Something to ask the node for.

    Attributes:
        press: what a press asks for.
        device_class: Home Assistant's.
    """

    platform = Platform.BUTTON

    press: Request
    device_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Row, Generic[SubjectT]):
    """What happens at one moment. It is never retained: Home Assistant would fire a retained event again at each start.

    Attributes:
        document: each message of it is one event of one type.
        types: what can happen; Home Assistant shows them word for word.
        read: returns those of the types that have happened, from what the document is made from.
        describe: returns what an event says apart from its type, which Home Assistant shows as the entity's attributes.
            Its annotation says what that is: docs/asyncapi.yaml is made from it.
        device_class: Home Assistant's.
    """

    platform = Platform.EVENT

    document: Document[SubjectT]
    types: tuple[str, ...]
    read: Callable[[SubjectT], Iterable[str]]
    describe: Callable[[SubjectT], Mapping[str, object]]
    device_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Row):
    """A picture on a separate topic."""

    platform = Platform.IMAGE


def on_off(value: bool | None) -> str | None:  # noqa: FBT001 - the value is the subject
    """Return ON, OFF, or None for what is not known."""
    return None if value is None else ON if value else OFF
