"""What a node remembers of its announcements, when its files are damaged, or somebody else has written them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device.config import Config
from device.entities.table import CELEBA, entities
from tests.discovery.publishers import announce, announced_in, make
from tests.transport import RecordingTransport

FOREIGN = {
    "kinds": {"as": [], "components": {"a": 1}, "announced": {"a": {}}},
    "topics": {
        "as": {"base_topic": "a/#", "node": "+", "discovery_prefix": "", "serial_number": "1"}
    },
    "parts": {
        "as": {"node": "hall"},
        "components": {"gone": {"births": 0}, "x/#": {"platform": "y"}},
    },
    "platforms": {"components": {"gone": {"platform": "Sensor!", "births": -1}}},
}


@pytest.mark.parametrize("farewells", FOREIGN.values(), ids=FOREIGN)
def test_what_nobody_can_have_announced_is_not_said_farewell(
    tmp_path: Path, farewells: dict[str, object]
) -> None:
    """Home Assistant would reject the device because of it, and a topic with a wildcard ends the connection."""
    link = RecordingTransport()
    (tmp_path / "farewells.json").write_text(json.dumps(farewells))
    (tmp_path / "announced.json").write_text('{"gone": "rensor", "a b": "sensor", "c": []}')
    assert announce(make(tmp_path, link), link) == 1


def test_a_component_that_left_is_remembered_although_a_file_is_damaged(
    tmp_path: Path,
) -> None:
    """It is in the other one too; and the broker is asked."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    table = tuple(
        row
        for row in entities(Config.model_validate({"mqtt": {"host": "b"}}), CELEBA)
        if row.key != "eyeglasses"
    )
    for name in ("announced.json", "farewells.json"):
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        announced = announced_in(tmp_path)
        assert not announced.is_complete
        assert "eyeglasses" in announced.leaving({row.key: row.platform for row in table})
        (tmp_path / name).write_bytes(whole)


def test_what_an_older_release_announced_after_a_rollback_leaves_too(
    tmp_path: Path,
) -> None:
    """It knows nothing of the file with the checksums."""
    link = RecordingTransport()
    announce(make(tmp_path, link), link)
    platforms = json.loads((tmp_path / "announced.json").read_bytes())
    (tmp_path / "announced.json").write_text(json.dumps(platforms | {"older": "sensor"}))
    announced = announced_in(tmp_path)
    assert announced.is_complete
    assert announced.leaving(platforms) == {"older": "sensor"}
