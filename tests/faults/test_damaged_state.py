"""A memory card that has damaged what a node keeps: `facet run` starts, says so, and goes on.

`tests/node/test_damaged_state.py` does many more damages, to a node within the test's process.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from device.entities.documents import SETTINGS
from device.node.state_directory import (
    ANNOUNCED,
    FAREWELLS,
    PERCEPTION,
    STARTS,
    STATE,
)
from device.node.state_directory import (
    SETTINGS as SETTINGS_FILE,
)
from tests.broker.mosquitto import wait_for
from tests.faults.conftest import StartRig
from tests.faults.process import TOPICS
from tests.faults.rig import Rig
from tests.faults.scale import RECOVERY

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

_OFFSET = 0.15


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) * 3 // 4] ^= 4
    path.write_bytes(content)


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _become_a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _become_zeros(path: Path) -> None:
    path.write_bytes(bytes(4096))


def _start_again(rig: Rig) -> None:
    rig.subscriber.forget_retained()
    rig.node.start()
    rig.subscriber.wait_for(TOPICS.status, b"online")


def _settings(rig: Rig) -> dict[str, object]:
    found: dict[str, object] = json.loads(rig.subscriber.latest[TOPICS.document(SETTINGS)])
    return found


@pytest.mark.parametrize("damage", [_flip, _halve, _become_a_folder, _become_zeros])
def test_a_node_starts_with_every_file_but_its_settings_damaged(
    start_rig: StartRig, damage: Callable[[Path], None]
) -> None:
    """What waits for the broker arrives, and the log names each file once."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(2)
        rig.settle()
        rig.broker.stop()
        rig.press_and_wait(3)
        rig.kill()
        names = [name for name in _NAMES if (rig.node.state / name).exists()]
        assert {STARTS, STATE, ANNOUNCED, FAREWELLS} <= set(names)
        for name in names:
            damage(rig.node.state / name)
        rig.broker.start()
        _start_again(rig)
        rig.wait_until_online()
        rig.check()
        for name in set(names) - {ANNOUNCED}:
            assert rig.node.log.text.count(f"/{name}: it ") == 1, name
            assert list(rig.node.state.glob(f"{name}.damaged-*")), name


@pytest.mark.parametrize("damage", [_flip, _halve, _become_a_folder, _become_zeros])
def test_damaged_settings_keep_the_camera_off_until_the_owner_switches_privacy_off(
    start_rig: StartRig, damage: Callable[[Path], None]
) -> None:
    """Also after another start; then all is as before."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.subscriber.publish(TOPICS.command("threshold_offset"), f"{_OFFSET}")
        wait_for(lambda: _settings(rig)["threshold_offset"] == _OFFSET, "it is set", RECOVERY)
        rig.kill()
        damage(rig.node.state / SETTINGS_FILE)
        _start_again(rig)
        assert _settings(rig)["privacy"] == "ON"
        assert rig.subscriber.latest[TOPICS.camera_status] == b"offline"
        rig.node.wait_for_log("privacy is on until it is switched off")
        rig.kill()
        _start_again(rig)
        assert _settings(rig)["privacy"] == "ON"
        rig.subscriber.publish(TOPICS.command("privacy"), "OFF")
        rig.wait_until_online()
        rig.check()


_NAMES = (STARTS, STATE, PERCEPTION, ANNOUNCED, FAREWELLS)
