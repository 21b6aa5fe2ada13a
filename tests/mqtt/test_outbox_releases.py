"""One outbox, two releases: what one of them has left is sent by the other, in both directions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.mqtt.outbox import Outbox
from tests.mqtt.events import event, ids
from tests.previous import previous_checkout

# Prints what waits, and adds an event.
_PREVIOUS = """
import json, pathlib, sys
from datetime import UTC, datetime
from device.mqtt.outbox import Event, Outbox
outbox = Outbox(pathlib.Path(sys.argv[1]))
print(json.dumps([event.event_id for event in outbox.pending()]))
outbox.append(Event(sys.argv[2], datetime.now(UTC), json.dumps({"event_id": sys.argv[2], "x": "whole"})))
outbox.close()
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The previous release."""
    return previous_checkout(tmp_path_factory.mktemp("release"))


def run_previous(release: Path, outbox: Path, event_id: str) -> list[str]:
    """Let the previous release read the outbox, and add an event to it; return what waited."""
    ended = subprocess.run(
        [sys.executable, "-c", _PREVIOUS, outbox, event_id],
        cwd=release,
        env={**os.environ, "PYTHONPATH": str(release)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "damaged" not in ended.stderr
    waiting: list[str] = json.loads(ended.stdout)
    return waiting


def test_an_upgrade_and_a_rollback_lose_no_event(release: Path, tmp_path: Path) -> None:
    """Up, back down and up again: each finds what the other has left, and sets nothing aside."""
    path = tmp_path / "outbox"
    assert run_previous(release, path, "old") == []
    with Outbox.open(path) as outbox:
        outbox.append(event("new"))
        assert ids(outbox) == ["old", "new"]
    assert run_previous(release, path, "rolled back") == ["old", "new"]
    with Outbox.open(path) as outbox:
        assert [found.event_id for found in outbox.read(ids(outbox))] == [
            "old",
            "new",
            "rolled back",
        ]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["outbox"]


def test_what_an_older_release_has_left_is_protected_from_then_on(
    release: Path, tmp_path: Path
) -> None:
    """Its rows have no checksum; they get one when they are first opened."""
    path = tmp_path / "outbox"
    run_previous(release, path, "old")
    Outbox.open(path).close()
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"x": "whole"', b'"x": "whose"'))
    with Outbox.open(path) as outbox:
        assert ids(outbox) == []
        assert outbox.dropped == 1
