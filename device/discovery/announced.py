"""What the broker and Home Assistant have of this node from before, over its restarts, and must be made to forget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from device.config.sections.fields import Slug, Topic
from device.entities.kinds import Platform
from device.mqtt.topics import Topics
from device.system.json_store import JsonStore, Shape

ValueT = TypeVar("ValueT")

# Births of Home Assistant after which a component that has left is not mentioned again. One is enough for the only
# Home Assistant of a broker; a second one, or one that is set back from a backup, may be born later.
_BIRTHS = 3

Platforms = Mapping[str, str]
"""Platforms of components by their keys."""


class _Stored(BaseModel):
    """What stands in a file of which nobody knows who wrote it: a value of another kind is not taken.

    It ends up in a message to Home Assistant, which would reject the whole device because of it.
    """

    model_config = ConfigDict(frozen=True, strict=True)


# A newer Facet may have had a platform that this one does not know.
_PlatformName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]


class _Farewell(_Stored):
    platform: _PlatformName
    births: int = Field(0, ge=0)


class _Identity(_Stored):
    base_topic: Topic
    node: Slug
    discovery_prefix: Topic
    serial_number: str | None = None


_SHAPE = Shape(
    {"as": (dict, type(None)), "components": (dict,), "announced": (dict,)}, required="components"
)
_KEY = TypeAdapter(Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")])
_PLATFORM = TypeAdapter(_PlatformName)
_FAREWELL = TypeAdapter(_Farewell)
_IDENTITY = TypeAdapter(_Identity)


@dataclass(frozen=True, slots=True)
class _Before:
    announced_as: _Identity | None = None
    farewells: Mapping[str, _Farewell] = field(default_factory=dict)
    components: Platforms = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> _Before:
        return cls(
            _valid(_IDENTITY, document.get("as")),
            _valid_values(_FAREWELL, document.get("components")),
            _valid_values(_PLATFORM, document.get("announced")),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "as": self.announced_as and self.announced_as.model_dump(),
            "components": {key: farewell.model_dump() for key, farewell in self.farewells.items()},
            "announced": dict(self.components),
        }


class Announced:
    """Remembers the components that the broker has, those that have left, and under which topics.

    A component that has left the table is not forgotten when the broker has the farewell: Home Assistant may have been
    away, and then keeps the component until it receives the farewell after one of its births.

    The components are kept twice: in a file that older releases read too, where each key is a component and so there is
    no room for checksums, and with checksums beside the farewells.

    Args:
        components: a platform by key; what the broker has confirmed.
        farewells: the components that have left, with the births since, the topics of the node, and the components.
        serial_number: of the machine; None where it has none.
    """

    def __init__(
        self, components: JsonStore, farewells: JsonStore, serial_number: str | None = None
    ) -> None:
        self._components = components
        self._farewells = farewells
        self._serial_number = serial_number

    @property
    def is_complete(self) -> bool:
        """Whether all that was announced is remembered: there is something, and nothing of it is damaged."""
        is_known = bool(self._announced(self._before()))
        return is_known and not (self._components.is_damaged or self._farewells.is_damaged)

    def leaving(self, current: Platforms) -> dict[str, str]:
        """Return the components that Home Assistant may still have, and should not.

        Args:
            current: the components of the table as it is now.
        """
        return {key: farewell.platform for key, farewell in self._left(current).items()}

    def find(self, components: Platforms, current: Platforms) -> bool:
        """Take note of components that the broker has from before this node can remember.

        Returns:
            Whether one of them should not be there.
        """
        known = self.leaving(current)
        found = {
            key: platform
            for key, platform in _valid_values(_PLATFORM, components).items()
            if current.get(key) != platform and key not in known
        }
        if found:
            before = self._before()
            farewells = {**self._left(current), **_fresh(found)}
            self._save(_Before(before.announced_as, farewells, before.components))
        return bool(found)

    def former(self, topics: Topics) -> Topics | None:
        """Return the topics under which this machine announced the node before, if they were others.

        Those of a card that was copied to another machine belong to the machine that it was copied from.
        """
        before = self._before().announced_as
        if before is None or before.serial_number != self._serial_number:
            return None
        former = Topics(before.base_topic, before.node, before.discovery_prefix)
        return None if former == topics else former

    def confirm(self, current: Platforms, topics: Topics, *, is_birth: bool) -> None:
        """Take note that the broker has an announcement.

        Args:
            current: its components.
            topics: of the node.
            is_birth: whether it followed a birth of Home Assistant.
        """
        left = {
            key: _Farewell(platform=farewell.platform, births=farewell.births + is_birth)
            for key, farewell in self._left(current).items()
        }
        identity = _Identity(
            base_topic=topics.base,
            node=topics.node,
            discovery_prefix=topics.discovery_prefix,
            serial_number=self._serial_number,
        )
        farewells = {key: farewell for key, farewell in left.items() if farewell.births < _BIRTHS}
        self._save(_Before(identity, farewells, current))
        if self._components.load() != current:
            self._components.save(current)

    def _left(self, current: Platforms) -> dict[str, _Farewell]:
        before = self._before()
        left = {**_fresh(self._announced(before)), **before.farewells}
        return {
            key: farewell for key, farewell in left.items() if current.get(key) != farewell.platform
        }

    def _announced(self, before: _Before) -> dict[str, str]:
        """Return what the broker has: what is certain, and what an older release may have announced since."""
        known = set(Platform)
        unchecked = _valid_values(_PLATFORM, self._components.load())
        likely = {key: platform for key, platform in unchecked.items() if platform in known}
        return {**likely, **before.components}

    def _before(self) -> _Before:
        return _Before.of(self._farewells.load(_SHAPE))

    def _save(self, now: _Before) -> None:
        document = now.to_json()
        if document != self._farewells.load(_SHAPE):
            self._farewells.save(document)


def _fresh(components: Platforms) -> dict[str, _Farewell]:
    return {key: _Farewell(platform=platform) for key, platform in components.items()}


def _valid(kind: TypeAdapter[ValueT], value: object) -> ValueT | None:
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


def _valid_values(kind: TypeAdapter[ValueT], section: object) -> dict[str, ValueT]:
    """Return those of a section's values that are of a kind, if it is a section."""
    if not isinstance(section, Mapping):
        return {}
    valid = {
        key: _valid(kind, value) for key, value in section.items() if _valid(_KEY, key) is not None
    }
    return {key: value for key, value in valid.items() if value is not None}
