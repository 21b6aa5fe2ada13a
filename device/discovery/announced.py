"""What the broker and Home Assistant have of this node from before, over its restarts, and must be made to forget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from device.mqtt.topics import Topics
from device.system.json_store import JsonStore

# Births of Home Assistant after which a component that has left is not mentioned again. One is enough for the only
# Home Assistant of a broker; a second one, or one that is set back from a backup, may be born later.
_BIRTHS = 3

Platforms = Mapping[str, str]
"""Platforms of components by their keys."""


class Announced:
    """Remembers the components that the broker has, those that have left, and under which topics.

    A component that has left the table is not forgotten when the broker has the farewell: Home Assistant may have been
    away, and then keeps the component until it receives the farewell after one of its births.

    Args:
        components: a platform by key; what the broker has confirmed.
        farewells: the components that have left, with the births since, and the topics of the node.
        serial_number: of the machine; None where it has none.
    """

    def __init__(
        self, components: JsonStore, farewells: JsonStore, serial_number: str | None = None
    ) -> None:
        self._components = components
        self._farewells = farewells
        self._serial_number = serial_number

    def leaving(self, current: Platforms) -> dict[str, str]:
        """Return the components that Home Assistant may still have, and should not.

        Args:
            current: the components of the table as it is now.
        """
        return {key: farewell["platform"] for key, farewell in self._left(current).items()}

    def find(self, components: Platforms, current: Platforms) -> bool:
        """Take note of components that the broker has from before this node can remember.

        Returns:
            Whether one of them should not be there.
        """
        known = self.leaving(current)
        found = {
            key: platform
            for key, platform in components.items()
            if current.get(key) != platform and key not in known
        }
        if found:
            self._save_farewells({**self._left(current), **_fresh(found)}, self._before().get("as"))
        return bool(found)

    def former(self, topics: Topics) -> Topics | None:
        """Return the topics under which this machine announced the node before, if they were others.

        Those of a card that was copied to another machine belong to the machine that it was copied from.
        """
        before = self._before().get("as")
        if before is None or before["serial_number"] != self._serial_number:
            return None
        former = Topics(before["base_topic"], before["node"], before["discovery_prefix"])
        return None if former == topics else former

    def confirm(self, current: Platforms, topics: Topics, *, is_birth: bool) -> None:
        """Take note that the broker has an announcement.

        Args:
            current: its components.
            topics: of the node.
            is_birth: whether it followed a birth of Home Assistant.
        """
        left = {
            key: {**farewell, "births": farewell["births"] + is_birth}
            for key, farewell in self._left(current).items()
        }
        self._save_farewells(
            {key: farewell for key, farewell in left.items() if farewell["births"] < _BIRTHS},
            {
                "base_topic": topics.base,
                "node": topics.node,
                "discovery_prefix": topics.discovery_prefix,
                "serial_number": self._serial_number,
            },
        )
        if self._components.load() != current:
            self._components.save(current)

    def _left(self, current: Platforms) -> dict[str, dict[str, Any]]:
        left = {**_fresh(self._components.load()), **self._before().get("components", {})}
        return {
            key: farewell
            for key, farewell in left.items()
            if current.get(key) != farewell["platform"]
        }

    def _before(self) -> dict[str, Any]:
        return self._farewells.load()

    def _save_farewells(
        self, components: Mapping[str, Any], announced_as: Mapping[str, Any] | None
    ) -> None:
        document = {"as": announced_as, "components": components}
        if document != self._before():
            self._farewells.save(document)


def _fresh(components: Platforms) -> dict[str, dict[str, Any]]:
    return {key: {"platform": platform, "births": 0} for key, platform in components.items()}
