"""What the help of `facet` consists of beside the commands: the groups of the list, and examples."""

from __future__ import annotations

NODE = "A node"
WITHOUT_A_NODE = "Without a node"
MANY_NODES = "Many nodes"


def examples(*commands: str) -> str:
    """Return what stands below the help of a command: one example a line, which a blank line keeps apart."""
    return "\n\n".join(["Examples:", *commands])
