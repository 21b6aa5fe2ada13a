"""A real node that hangs, or fails at each start, as Home Assistant sees it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from device.cli.demo.portrait import write_portrait
from device.networks.files import model_path
from device.node.timing import USUAL
from device.supervision.boot_log import MAXIMUM_FAILED_BOOTS
from device.supervision.watchdog import EXIT_CODE
from tests.broker.mosquitto import PATIENCE, Mosquitto
from tests.broker.observer import Observer, observe

pytestmark = pytest.mark.broker

_NODE = [sys.executable, "-m", "device"]
# The same command, whose camera never answers and whose patience is short.
_HANGING_NODE = [sys.executable, "-m", "tests.broker.hardware", "hangs"]
# The same command, whose camera meets an error that its thread does not expect.
_DYING_NODE = [sys.executable, "-m", "tests.broker.hardware", "dies"]


@pytest.fixture
def configuration(tmp_path: Path, broker: Mosquitto) -> Path:
    """The file of a node whose network is a copy in its folder."""
    for suffix in (".tflite", ".json"):
        shutil.copy(model_path("attributes").with_suffix(suffix), tmp_path)
    document = {
        "node": {"state_directory": str(tmp_path / "state")},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
        "camera": {"source": str(write_portrait(tmp_path))},
        "attributes": {"model": str(tmp_path / "attributes.tflite")},
    }
    path = tmp_path / "facet.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


@contextmanager
def running(command: list[str], configuration: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a node; it is killed at the end if it has not ended."""
    with subprocess.Popen(
        [*command, "run", "-c", configuration], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def diagnostics(home: Observer, **expected: object) -> dict[str, Any]:
    """Wait until the node's diagnostics say this, and return them."""
    while True:
        document: dict[str, Any] = json.loads(home.expect("facet/facet/diagnostics").payload)
        if expected.items() <= document.items():
            return document


def reason(document: dict[str, Any]) -> str:
    """Return why the node last ended by itself; empty when it never did."""
    found: str = document["_attributes"]["last_failure"].get("reason", "")
    return found


def test_a_node_that_hangs_ends_and_reports_why_at_its_next_start(
    broker: Mosquitto, configuration: Path
) -> None:
    """The broker reports it as offline; systemd starts it again; Home Assistant shows the cause."""
    with observe(broker.port) as home:
        with running(_HANGING_NODE, configuration) as node:
            home.expect("facet/facet/status", b"online")
            home.publish("facet/facet/set/capture", "PRESS")
            home.expect("facet/facet/status", b"offline")
            _, log = node.communicate(timeout=PATIENCE)
            assert node.returncode == EXIT_CODE
        assert "in _hang" in log  # the stack
        with running(_NODE, configuration):
            failure = reason(diagnostics(home, safe_mode="OFF"))
            assert (
                "the capture thread has been busy with answering the trigger by command" in failure
            )


def test_a_node_one_of_whose_threads_died_ends_and_reports_which(
    broker: Mosquitto, configuration: Path
) -> None:
    """A node that looks alive and obeys no command would be worse than none."""
    with observe(broker.port) as home:
        with running(_DYING_NODE, configuration) as node:
            _, log = node.communicate(timeout=PATIENCE)
            assert node.returncode == EXIT_CODE
        assert "The node ends itself: the thread facet-capture died of TypeError" in log
        with running(_NODE, configuration):
            # The node that died may have published its own before.
            failure = ""
            while not failure:
                failure = reason(diagnostics(home))
            assert "the thread facet-capture died of TypeError: unexpected" in failure


def test_starts_that_fail_end_in_safe_mode_and_a_button_ends_that(
    broker: Mosquitto, configuration: Path
) -> None:
    """Home Assistant shows the cause and no camera; once it is fixed, Restart brings all back."""
    json_path = configuration.with_name("attributes.json")
    content = json_path.read_text()
    json_path.write_text("{}")
    for _ in range(MAXIMUM_FAILED_BOOTS):
        with running(_NODE, configuration) as node:
            assert node.wait(PATIENCE) == 1
    with observe(broker.port) as home, running(_NODE, configuration) as node:
        shown = diagnostics(home, safe_mode="ON")
        assert str(json_path) in reason(shown)
        home.expect("facet/facet/status", b"online")
        home.publish("facet/facet/set/capture", "PRESS")
        answer = json.loads(home.expect("facet/facet/event").payload)
        assert answer["reason"] == "camera_unavailable"
        json_path.write_text(content)
        home.publish("facet/facet/set/restart", "PRESS")
        diagnostics(home, safe_mode="OFF")
        home.publish("facet/facet/set/capture", "PRESS")
        assert json.loads(home.expect("facet/facet/event").payload)["faces"]
        node.send_signal(signal.SIGTERM)
        assert node.wait(PATIENCE) == 0


def test_a_stop_and_a_start_end_safe_mode_too(broker: Mosquitto, configuration: Path) -> None:
    """Somebody who stops the node has taken care of it."""
    json_path = configuration.with_name("attributes.json")
    content = json_path.read_text()
    json_path.write_text("{}")
    for _ in range(MAXIMUM_FAILED_BOOTS):
        with running(_NODE, configuration) as node:
            node.wait(PATIENCE)
    json_path.write_text(content)
    with observe(broker.port) as home:
        with running(_NODE, configuration) as node:
            diagnostics(home, safe_mode="ON")
            node.send_signal(signal.SIGTERM)
            assert node.wait(PATIENCE) == 0
        with running(_NODE, configuration):
            diagnostics(home, safe_mode="OFF")
            with observe(broker.port, "facet/facet/camera/status") as late:
                late.expect("facet/facet/camera/status", b"online")


def test_the_state_directory_is_its_owner_s_alone(broker: Mosquitto, configuration: Path) -> None:
    """Even if it was there before, and open to all."""
    state = configuration.with_name("state")
    state.mkdir()
    state.chmod(0o755)
    with observe(broker.port) as home, running(_NODE, configuration):
        home.expect("facet/facet/status", b"online")
        assert state.stat().st_mode & 0o777 == 0o700


def test_restart_reads_the_file_again_and_reports_its_faults(
    broker: Mosquitto, configuration: Path
) -> None:
    """With a fault in the file the node keeps the old settings, and shows it; without, it uses the new ones."""
    content = configuration.read_text()
    with observe(broker.port) as home, running(_NODE, configuration) as node:
        home.expect("facet/facet/status", b"online")
        configuration.write_text(content.replace("camera:", "camrea:"))
        home.publish("facet/facet/set/restart", "PRESS")
        fault = diagnostics(home, node_problem="ON")["node_fault"]
        assert "the previous configuration is still in use" in fault
        assert "camrea" in fault
        home.publish("facet/facet/set/capture", "PRESS")
        assert json.loads(home.expect("facet/facet/event").payload)["faces"]
        configuration.write_text(f"{content}privacy:\n  enabled: true\n")
        time.sleep(USUAL.restart_pause)
        home.publish("facet/facet/set/restart", "PRESS")
        diagnostics(home, node_problem="OFF")
        home.publish("facet/facet/set/capture", "PRESS")
        assert json.loads(home.expect("facet/facet/event").payload)["reason"] == "privacy"
        node.send_signal(signal.SIGTERM)
        assert node.wait(PATIENCE) == 0


def test_a_thousand_restarts_at_once_are_one(broker: Mosquitto, configuration: Path) -> None:
    """What was pressed before the restart is done with it, and a press soon after is answered."""
    with observe(broker.port) as home, running(_NODE, configuration) as node:
        home.expect("facet/facet/camera/status", b"online")
        for _ in range(1000):
            home.send("facet/facet/set/restart", "PRESS")
        home.expect("facet/facet/status", b"offline")
        home.expect("facet/facet/status", b"online")
        home.publish("facet/facet/set/capture", "PRESS")
        assert json.loads(home.expect("facet/facet/event").payload)["faces"]
        node.send_signal(signal.SIGTERM)
        _, log = node.communicate(timeout=PATIENCE)
        assert node.returncode == 0
    assert log.count("Restarting, because") == 1
