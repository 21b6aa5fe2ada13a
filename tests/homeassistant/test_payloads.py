"""Every payload through Home Assistant's MQTT integration in one process, which fails on any warning."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.homeassistant.installation import Installation
from tests.homeassistant.scripts import scripts

pytestmark = pytest.mark.homeassistant

_IN_PROCESS = Path(__file__).with_name("in_process")


def test_no_payload_makes_the_mqtt_integration_complain(
    floor: Installation, tmp_path: Path
) -> None:
    """Discovery in all its forms, documents, events, pictures: each script of messages ends without a warning."""
    made = scripts()
    file = tmp_path / "scripts.json"
    file.write_text(json.dumps(made))
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
    assert f"{len(made)} passed" in run.stdout
