"""`facet retire` at a real broker: nothing of the node stays there."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.cli.retire import retire
from device.errors import LinkError, RetireError
from device.mqtt.events import Connected
from tests.broker.mosquitto import Mosquitto, free_port
from tests.broker.node import Node
from tests.broker.observer import kept, observe

pytestmark = pytest.mark.broker


def written(folder: Path, port: int) -> Path:
    """The configuration of the node that these tests run."""
    file = folder / "facet.yaml"
    file.write_text(f"mqtt: {{host: 127.0.0.1, port: {port}}}\n")
    return file


def test_everything_of_a_stopped_node_is_cleared(broker: Mosquitto, tmp_path: Path) -> None:
    """What it publishes today, what another version did, and a command that somebody retained; nothing else."""
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        node.expect_all_answered()
    with observe(broker.port) as other:
        for topic in ("facet/facet/former", "facet/facet/set/privacy", "facet/newest_version"):
            other.publish(topic, "1", retain=True)
    cleared = retire(written(tmp_path, broker.port))
    assert cleared[0] == node.topics.discovery
    assert {"facet/facet/state", "facet/facet/former", "facet/facet/set/privacy"} <= set(cleared)
    assert kept(broker.port) == {"facet/newest_version"}


def test_a_node_that_runs_is_not_retired(broker: Mosquitto, tmp_path: Path) -> None:
    """It would publish everything again; unless its owner knows better."""
    file = written(tmp_path, broker.port)
    with Node(tmp_path, {"port": broker.port}) as node:
        node.expect(Connected)
        node.expect_all_answered()
        with pytest.raises(RetireError, match="stop it first"):
            retire(file)
        assert node.topics.discovery in kept(broker.port)
        retire(file, even_if_online=True)
        assert kept(broker.port) == set()


def test_a_broker_that_is_away_is_an_error(tmp_path: Path) -> None:
    """It names the broker."""
    with pytest.raises(LinkError, match="nothing listens"):
        retire(written(tmp_path, free_port()))
