"""The demo at the owner's broker."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.broker.mosquitto import Mosquitto
from tests.broker.observer import observe

pytestmark = pytest.mark.broker


def test_a_broker_of_the_owners_is_left_as_it_was(broker: Mosquitto) -> None:
    """The press is answered through it, and nothing stays retained there."""
    ended = subprocess.run(
        [sys.executable, "-m", "device", "demo", "--once", "--broker", f"127.0.0.1:{broker.port}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["faces"]
    with observe(broker.port) as home:
        home.publish("done", "")
        home.expect("done")
        assert [message.topic for message in home.messages] == ["done"]
