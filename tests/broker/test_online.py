"""`facet check --online`: whether the broker reports a node as online."""

from __future__ import annotations

from threading import Timer

import pytest

from device.config import Config, MqttSettings, NodeSettings
from device.errors import LinkError, OfflineError
from device.mqtt.presence import wait_until_online
from tests.broker.mosquitto import PATIENCE, Mosquitto, free_port
from tests.broker.observer import observe


def _config(port: int) -> Config:
    return Config(mqtt=MqttSettings(host="127.0.0.1", port=port), node=NodeSettings(id="hall"))


pytestmark = pytest.mark.broker


def test_a_node_that_is_online_is_found_at_once(broker: Mosquitto) -> None:
    """Its status from before is retained."""
    with observe(broker.port) as speaker:
        speaker.publish("facet/hall/status", "online", retain=True)
        assert "hall is online" in wait_until_online(_config(broker.port), PATIENCE)


def test_a_node_that_is_just_starting_is_waited_for(broker: Mosquitto) -> None:
    """It is offline first, as after a restart."""
    with observe(broker.port) as speaker:
        speaker.publish("facet/hall/status", "offline", retain=True)
        start = Timer(0.3, speaker.publish, ("facet/hall/status", "online"))
        start.start()
        assert "hall is online" in wait_until_online(_config(broker.port), PATIENCE)
        start.join()


@pytest.mark.parametrize("status", ["offline", None])
def test_a_node_that_stays_away_is_named_with_its_status(
    broker: Mosquitto, status: str | None
) -> None:
    """And with the next step; another node's status does not count."""
    with observe(broker.port) as speaker:
        speaker.publish("facet/porch/status", "online", retain=True)
        if status:
            speaker.publish("facet/hall/status", status, retain=True)
        with pytest.raises(OfflineError, match=r"facet/hall/status says .* journalctl") as error:
            wait_until_online(_config(broker.port), 0.5)
    assert (repr(status) if status else "nothing") in str(error.value)


def test_a_broker_that_is_away_is_not_waited_for() -> None:
    """It is an error of the connection, with the setting to correct."""
    with pytest.raises(LinkError, match=r"mqtt\.port"):
        wait_until_online(_config(free_port()), PATIENCE)
