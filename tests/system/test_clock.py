"""What is known of the machine's clock: whether somebody has set it, and how long the machine has been running."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from device.system.clock import SystemClock
from tests.clock import EPOCH


def test_a_reading_has_both_clocks(tmp_path: Path) -> None:
    """The boot has the kernel's name, and the seconds are those of the machine, not of the process."""
    before = time.monotonic()
    first, second = (SystemClock(lambda: EPOCH, tmp_path)() for _ in range(2))
    assert first.at == EPOCH
    assert first.boot_id == second.boot_id
    assert first.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert before <= first.uptime <= second.uptime


def test_a_clock_that_was_set_tells_which_time_a_moment_had(tmp_path: Path) -> None:
    """By the seconds between the two."""
    now = SystemClock(lambda: EPOCH, tmp_path)()
    assert (now.at - now.at_uptime(now.uptime - 60)).total_seconds() == pytest.approx(60)


@pytest.mark.parametrize(
    ("kernel", "daemon", "expected"),
    [
        (None, "none", None),
        (None, "waits", False),
        (None, "has set it", True),
        (False, "none", False),
        (True, "none", True),
        (True, "waits", True),
        (False, "has set it", True),
    ],
)
def test_the_clock_is_set_if_the_daemon_or_the_kernel_says_so(
    tmp_path: Path, kernel: bool | None, daemon: str, expected: bool | None
) -> None:
    """The service may not ask the kernel; a machine may have another daemon, or none."""
    folder = tmp_path / "timesync"
    if daemon != "none":
        folder.mkdir()
    if daemon == "has set it":
        (folder / "synchronized").touch()
    assert SystemClock(lambda: EPOCH, folder, lambda: kernel)().is_set is expected


def test_a_clock_that_was_set_stays_so_without_the_network(tmp_path: Path) -> None:
    """After some hours without a time server the kernel says again that it is not."""
    answers = iter((False, True, False))
    clock = SystemClock(lambda: EPOCH, tmp_path / "timesync", lambda: next(answers, False))
    assert [clock().is_set for _ in range(4)] == [False, True, True, True]


def test_the_kernel_is_asked_without_harm() -> None:
    """Whatever it says here, it is one of the three answers."""
    assert SystemClock()().is_set in {True, False, None}
