"""What is sent to systemd, over a socket as it gives one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.supervision.heartbeat import Heartbeat
from device.supervision.heartbeats import Heartbeats
from device.supervision.systemd import notify
from tests.clock import Clock


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The other end of $NOTIFY_SOCKET."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        receiver.setblocking(False)  # noqa: FBT003 - the standard library's signature
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        yield receiver


def test_lines_arrive_as_one_datagram(systemd: socket.socket) -> None:
    """One per line, as sd_notify(3) wants it."""
    notify("READY=1", "WATCHDOG=1")
    assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"


def test_an_abstract_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Systemd writes its leading zero byte as @."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind("\0facet-test-notify")
        monkeypatch.setenv("NOTIFY_SOCKET", "@facet-test-notify")
        notify("STOPPING=1")
        assert receiver.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"])
def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Neither for a node that is started by hand, nor when the service manager has gone."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


def test_progress_feeds_the_watchdog(systemd: socket.socket) -> None:
    """A round of the loop, while no other thread is overdue."""
    Heartbeats().progress()
    assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"


@pytest.mark.parametrize("thread", ["link", "capture"])
def test_a_thread_that_hangs_starves_the_watchdog(systemd: socket.socket, thread: str) -> None:
    """Whatever the loop does."""
    clock = Clock()
    heartbeat = Heartbeat(thread, clock)
    heartbeat.begin("waiting for an answer", 10)
    clock.seconds += 11
    Heartbeats(**{thread: heartbeat}).progress()
    with pytest.raises(BlockingIOError):
        systemd.recv(100)
