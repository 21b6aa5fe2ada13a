"""The scripts that need a broker, with a real one and a real node."""

from __future__ import annotations

import json
import signal
from datetime import datetime
from pathlib import Path

import pytest

from tests.broker.mosquitto import PATIENCE, Mosquitto, wait_for
from tests.broker.observer import observe
from tests.examples.scripts import TOPICS, Running, output_of, run, running, write_config

pytestmark = pytest.mark.broker


def test_second_sink_prints_what_mqtt_carries(
    node: tuple[Running, Path], broker: Mosquitto
) -> None:
    """State, settings, diagnostics and the observation, under the same id; Ctrl-C ends the node cleanly."""
    script, _config = node
    with observe(broker.port, TOPICS.document("event")) as observer:
        observer.publish(TOPICS.command("capture"), "PRESS")
        event = json.loads(observer.expect(TOPICS.document("event")).payload)
    script.wait_for(event["event_id"])
    documents = script.documents
    assert {"state", "settings", "diagnostics"} <= {
        key for document in documents for key in document
    }
    (observation,) = (document for document in documents if "event_id" in document)
    assert observation.items() <= event.items()
    assert script.end(signal.SIGINT) == 0
    assert "Traceback" not in "\n".join(script.lines)


def test_press_node_prints_the_answer(node: tuple[Running, Path]) -> None:
    """The event as Home Assistant receives it."""
    _script, config = node
    event = json.loads(output_of("press_node", config, PATIENCE))
    assert event["trigger"] == "command"
    assert event["faces"][0]["attributes"]["Smiling"]["present"]


def test_press_node_ends_with_an_error_without_a_node(
    broker: Mosquitto, tmp_path: Path, portrait: Path
) -> None:
    """It names the node, and there is no traceback."""
    ended = run("press_node", write_config(tmp_path, portrait, broker.port), 0.5)
    assert ended.returncode == 1
    assert ended.stderr == "node hall does not answer within 0.5 s; does it run?\n"


def test_read_observations_prints_also_what_came_while_it_was_away(
    node: tuple[Running, Path], broker: Mosquitto, tmp_path: Path
) -> None:
    """The broker keeps it for the script's session."""
    _script, config = node
    with running(tmp_path, "read_observations", config) as reader:
        wait_for(lambda: "Sending SUBACK to facet-example" in broker.log, "it has subscribed")
        first = json.loads(output_of("press_node", config, PATIENCE))
        moment, kind, _id = reader.wait_for(first["event_id"]).split()
        assert datetime.fromisoformat(moment).isoformat(timespec="milliseconds") == moment
        assert kind == "face"
        assert reader.end(signal.SIGTERM) == -signal.SIGTERM
    second = json.loads(output_of("press_node", config, PATIENCE))
    with running(tmp_path, "read_observations", config) as reader:
        reader.wait_for(second["event_id"])
        assert len(reader.lines) == 1
