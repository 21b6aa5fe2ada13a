"""Every payload that a node can publish: no version of Home Assistant warns of any."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from device.entities.documents import EVENTS
from tests.broker.mosquitto import wait_for
from tests.homeassistant.actor import NODE
from tests.homeassistant.installation import Installation
from tests.homeassistant.scripts import scripts
from tests.homeassistant.setup import Setup

pytestmark = pytest.mark.homeassistant

SCRIPTS = scripts()
_IN_PROCESS = Path(__file__).with_name("in_process")
_FLEETING = tuple(f"/{name}" for name in (*EVENTS, "picture"))


def test_the_floor_version_accepts_every_payload_in_one_process(
    floor: Installation, tmp_path: Path
) -> None:
    """Discovery in all its forms, documents, events, pictures: each script of messages ends without a warning."""
    file = tmp_path / "scripts.json"
    file.write_text(json.dumps(SCRIPTS))
    pytest_there = (floor.python, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull)
    run = subprocess.run(
        [*pytest_there, "--asyncio-mode=auto", "-q", f"--confcutdir={_IN_PROCESS}", _IN_PROCESS],
        env={**os.environ, "FACET_SCRIPTS": str(file), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert f"{len(SCRIPTS)} passed" in run.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_newest_home_assistant_accepts_every_payload(newest_setup: Setup, name: str) -> None:
    """The same scripts, published by a test client instead of a node: Home Assistant warns of none."""
    script, client = SCRIPTS[name], newest_setup.client

    with newest_setup.overhear(f"facet/{NODE}/status") as actor:
        for topic, payload in script["messages"]:
            fleeting = topic.endswith(_FLEETING)
            if fleeting:
                # Only those who are subscribed already receive it.
                # What the script takes out later is still there.
                wait_for(
                    lambda: newest_setup.registered(NODE) >= set(script["entities"]),
                    "all are registered",
                )
            content = bytes.fromhex(payload["hex"]) if isinstance(payload, dict) else payload
            actor.publish(topic, content, retain=not fleeting)
        wait_for(
            lambda: newest_setup.registered(NODE) == set(script["entities"]),
            f"{script['entities']} are registered",
        )

        def unavailable() -> set[str]:
            return {k for k, state in newest_setup.entities(NODE).items() if state == "unavailable"}

        # It remembers what other scripts enabled: more may be unavailable than is enabled in this one.
        away = set(script["unavailable"])
        wait_for(
            lambda: unavailable() >= away and bool(unavailable()) == bool(away),
            "the expected entities are unavailable",
        )
        for entity_id, state in script["states"].items():
            client.expect(entity_id, state)
        discovery, *others = dict(script["messages"])
        actor.publish(discovery, "", retain=True)
        wait_for(lambda: not newest_setup.registered(NODE), "the device is gone")
        for topic in others:
            actor.publish(topic, "", retain=True)
