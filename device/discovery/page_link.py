"""Where the link on the device page of Home Assistant leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.config import Config, NodeSettings


def linked(config: Config, host: str) -> NodeSettings:
    """Return the settings of a node with a link to its own page, unless the owner has set another one.

    Args:
        config: the node's.
        host: the machine's name in its network.
    """
    node = config.node
    if not config.page.enabled or node.configuration_url is not None:
        return node
    return node.model_copy(update={"configuration_url": config.page.url(f"{host}.local")})
