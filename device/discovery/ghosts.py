"""Components that Home Assistant keeps although the node has them no more. Pure.

Home Assistant forgets a component when it is published as a mere platform, but only one that it has met since its own
start. Whoever was away meanwhile meets it first, under its old id, and then forgets it.
"""

from __future__ import annotations

from typing import Any

from device.entities.kinds import Platform
from device.mqtt.topics import Topics

# What a component must have apart from its id, or Home Assistant refuses it; and a state if it had one, because Home
# Assistant otherwise goes on to listen to that, without the template. A device trigger is not kept.
_STATE = {"state_topic"}
_COMMAND = {"command_topic"}
_BOTH = _STATE | _COMMAND
_TOPICS = {
    Platform.BINARY_SENSOR: _STATE,
    Platform.SENSOR: _STATE,
    Platform.EVENT: _STATE,
    Platform.UPDATE: _STATE,
    Platform.BUTTON: _COMMAND,
    Platform.SWITCH: _BOTH,
    Platform.NUMBER: _BOTH,
    Platform.SELECT: _BOTH,
    Platform.TEXT: _BOTH,
    Platform.IMAGE: {"image_topic"},
}
_OPTIONS = {Platform.EVENT: {"event_types": ["gone"]}, Platform.SELECT: {"options": ["gone"]}}


def ghost(key: str, platform: str, topics: Topics) -> dict[str, Any] | None:
    """Return the least component by which Home Assistant knows one of before; None where it keeps none.

    A Home Assistant that does not know it has it for the moment until the farewell. It is not disabled for that moment:
    older versions, among them 2024.11, do not remove what is disabled, and would keep a nameless entity.

    Args:
        key: the component's.
        platform: of Home Assistant.
        topics: the node's.
    """
    if platform not in _TOPICS:
        return None
    kind = Platform(platform)
    return {
        "platform": platform,
        "unique_id": unique_id(topics.node, key),
        # Nobody publishes there.
        **dict.fromkeys(_TOPICS[kind], topics.command("gone")),
        **_OPTIONS.get(kind, {}),
    }


def unique_id(node_id: str, key: str) -> str:
    """Return the id that Home Assistant knows an entity by, whatever its owner calls it."""
    return f"facet_{node_id}_{key}"
