"""A disk that is full or fails: what it does not take waits in memory, and the node goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.mosquitto import wait_for
from tests.faults.conftest import StartRig
from tests.faults.disk import Disk, small_disk

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A memory card of eight megabytes."""
    with small_disk(tmp_path / "card") as mounted:
        yield mounted


def test_a_full_disk_loses_nothing(start_rig: StartRig, disk: Disk) -> None:
    """The log says what to do; with room again everything is as before."""
    with start_rig(state=disk.folder / "state") as rig:
        rig.wait_until_online()
        rig.press_and_wait(3)
        disk.fill()
        rig.press_and_wait(100)
        rig.node.wait_for_log("would not survive a restart")
        disk.make_room()
        rig.check()


def test_a_full_disk_during_an_outage_loses_nothing(start_rig: StartRig, disk: Disk) -> None:
    """What the disk does not take is kept in memory until the broker is back."""
    with start_rig(state=disk.folder / "state") as rig:
        rig.wait_until_online()
        disk.fill()
        rig.broker.stop()
        rig.press_and_wait(50)
        rig.subscriber.forget_retained()
        rig.broker.start()
        rig.wait_until_online()
        rig.subscriber.wait_for_events(50)
        disk.make_room()
        rig.check()


def test_what_a_full_disk_did_not_take_is_written_when_there_is_room(
    start_rig: StartRig, disk: Disk
) -> None:
    """From the next press on it survives a kill, although the broker is still away."""
    with start_rig(state=disk.folder / "state") as rig:
        rig.wait_until_online()
        disk.fill()
        rig.broker.stop()
        rig.press_and_wait(50)
        disk.make_room()
        rig.press_and_wait()
        wait_for(lambda: len(rig.node.waiting()) == 51, "all 51 are on disk")
        rig.kill()
        rig.subscriber.forget_retained()
        rig.broker.start()
        rig.node.start()
        rig.wait_until_online()
        rig.check()


def test_a_node_starts_on_a_full_disk(start_rig: StartRig, disk: Disk) -> None:
    """Its answers come all the same, and what waited from before is not touched."""
    with start_rig(state=disk.folder / "state") as rig:
        rig.wait_until_online()
        rig.broker.stop()
        rig.press_and_wait(5)
        rig.kill()
        disk.fill()
        rig.subscriber.forget_retained()
        rig.broker.start()
        rig.node.start()
        rig.wait_until_online()
        rig.press_and_wait(5)
        rig.wait_for_arrivals()
        disk.make_room()
        rig.check()


def test_a_disk_that_becomes_read_only_loses_nothing(start_rig: StartRig, disk: Disk) -> None:
    """Ext4 gives up after an error; with the broker there, every press is answered to the end."""
    with start_rig(state=disk.folder / "state") as rig:
        rig.wait_until_online()
        rig.press_and_wait(3)
        disk.fail()
        rig.press_and_wait(20)
        rig.node.wait_for_log("would not survive a restart")
        rig.check_deliveries()


def test_a_node_starts_on_a_read_only_disk(start_rig: StartRig, disk: Disk) -> None:
    """After a restart too it answers; once repaired, the disk is used again at the next start."""
    with start_rig(state=disk.folder / "state") as rig:
        rig.wait_until_online()
        disk.fail()
        rig.kill()
        rig.subscriber.forget_retained()
        rig.node.start()
        rig.wait_until_online()
        rig.press_and_wait(5)
        rig.check_deliveries()
        assert rig.node.stop() == 0
        disk.repair()
        rig.subscriber.forget_retained()
        rig.node.start()
        rig.wait_until_online()
        rig.check()


def test_a_damaged_outbox_is_set_aside_and_reported(start_rig: StartRig) -> None:
    """A new one takes its place; what was in it is lost, and the log says so."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.press_and_wait(3)
        rig.settle()
        rig.kill()
        for path in rig.node.state.glob("outbox.sqlite*"):
            path.write_bytes(b"no database " * 1000)
        rig.subscriber.forget_retained()
        rig.node.start()
        rig.wait_until_online()
        rig.check()
        rig.node.wait_for_log("it is kept as outbox.sqlite.damaged-")
        assert list(rig.node.state.glob("outbox.sqlite.damaged-*"))


def test_one_flipped_bit_costs_one_of_the_observations_that_wait(start_rig: StartRig) -> None:
    """The node starts, sends the others, and counts the loss."""
    with start_rig() as rig:
        rig.wait_until_online()
        rig.broker.stop()
        rig.press_and_wait(5)
        wait_for(lambda: len(rig.node.waiting()) == 5, "all five are on disk")
        assert rig.node.stop() == 0
        damaged = rig.node.waiting()[2]
        path = rig.node.state / "outbox.sqlite"
        content = bytearray(path.read_bytes())
        content[content.index(b'"event_id":"%s"' % damaged.encode()) - 1] ^= 1
        path.write_bytes(content)
        rig.uncommitted.add(damaged)
        rig.subscriber.forget_retained()
        rig.broker.start()
        rig.node.start()
        rig.wait_until_online()
        rig.node.wait_for_log("1 are damaged and lost")
        wait_for(lambda: rig.diagnostics()["dropped_events"] == 1, "it is counted")
        rig.check()
        assert damaged not in rig.subscriber.events
