"""A real node whose owner lets Home Assistant install updates."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from device.updates.release.sign import make_key, read_private_key, write_index
from device.updates.request import Request
from tests.broker.mosquitto import PATIENCE, Mosquitto, wait_for
from tests.broker.observer import observe

pytestmark = pytest.mark.broker


def test_home_assistants_button_leads_to_a_request_for_root(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """Discovery offers the button; what it sends has the wheel downloaded, verified and asked for."""
    key = make_key(tmp_path / "release.pem")
    wheel = tmp_path / "facet_node-9.9.0-py3-none-any.whl"
    wheel.write_bytes(b"PK wheel")
    index = write_index(tmp_path / "site", read_private_key(tmp_path / "release.pem"), wheel, [])
    state = tmp_path / "state"
    document = {
        "node": {"state_directory": str(state)},
        "mqtt": {"host": "127.0.0.1", "port": broker.port},
        "camera": {"source": str(tmp_path / "nowhere.png")},
        "updates": {"index": str(index), "allow_install": True, "public_key": key},
    }
    path = tmp_path / "facet.yaml"
    path.write_text(yaml.safe_dump(document))
    command = [sys.executable, "-m", "device", "run", "-c", str(path)]
    with (
        observe(broker.port) as home,
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as node,
    ):
        discovery = json.loads(home.expect("homeassistant/device/facet/config").payload)
        software = discovery["components"]["software"]
        assert software["payload_install"] == "INSTALL"
        shown: dict[str, object] = {}
        while shown.get("latest_version") != "9.9.0":
            shown = json.loads(home.expect("facet/facet/diagnostics").payload)["software"]
        assert shown["in_progress"] is False
        home.publish(software["command_topic"], software["payload_install"])
        while not shown["in_progress"]:
            shown = json.loads(home.expect("facet/facet/diagnostics").payload)["software"]
        wait_for((state / "update" / "request").exists, "root is asked")
        request = Request.model_validate_json((state / "update" / "request").read_bytes())
        assert str(request.artifact) == "facet-node 9.9.0"
        assert (state / "update" / "artifact").read_bytes() == wheel.read_bytes()
        assert (state / "update").stat().st_mode & 0o777 == 0o700
        node.terminate()
        assert node.wait(PATIENCE) == 0
