"""How long the node may take to end, and how long others let it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from device.cli.demo import node as demo_node
from device.mqtt.link import Link
from device.node.timing import USUAL
from device.updates.node.checker import Updates

UNIT = Path(__file__).parents[2] / "provisioning" / "facet.service"


def slowest_end() -> float:
    """Return the seconds of a node none of whose camera, broker and index answers."""
    # The link waits for a confirmation, for the end of the connection, and for that of its thread.
    link = 3 * inspect.signature(Link.stop).parameters["timeout"].default
    updates = inspect.signature(Updates.stop).parameters["timeout"].default
    return float(USUAL.last_answers + link + updates + USUAL.end_of_capture)


def test_systemd_lets_the_node_end() -> None:
    """A node that is killed while it ends leaves presses without an answer; some seconds are for the disk."""
    unit = re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert unit is not None
    assert slowest_end() + 5 <= int(unit[1])


def test_the_demo_lets_the_node_end() -> None:
    """It owns what its broker shows of the node, and deletes that last."""
    assert slowest_end() + 5 <= demo_node.STOP_SECONDS
