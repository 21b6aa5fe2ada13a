"""What the kernel tells about power, Wi-Fi and disk."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from device.system.vitals import (
    disk_free,
    is_alarmed,
    read_vitals,
    under_voltage_alarm,
    wifi_signal,
)

_TITLES = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
"""


def wireless(folder: Path, *lines: str) -> Path:
    """Write the kernel's table of wireless interfaces."""
    file = folder / "wireless"
    file.write_text(_TITLES + "".join(f"{line}\n" for line in lines))
    return file


def test_the_signal_is_the_level_in_dbm(tmp_path: Path) -> None:
    """The third number of a line; the full stop says that it is fresh."""
    file = wireless(
        tmp_path, " wlan0: 0000   54.  -56.  -256        0      0      0      0      0        0"
    )
    assert wifi_signal(file) == -56


def test_an_interface_without_a_network_is_passed_over(tmp_path: Path) -> None:
    """A Pi with a second adapter, which is not used; its driver says zero."""
    unused = " wlan0: 0000    0     0     0        0      0      0      0      0        0"
    used = " wlan1: 0000   40.  -70.  -256        0      0      0      0      0        0"
    assert wifi_signal(wireless(tmp_path, unused, used)) == -70


@pytest.mark.parametrize("line", ["", "wlan0", "wlan0: 0000 54.", "wlan0: 0000 54. loud 0", ":::"])
def test_a_line_that_says_no_level_says_nothing(tmp_path: Path, line: str) -> None:
    """Whatever a driver writes."""
    assert wifi_signal(wireless(tmp_path, line)) is None


def test_a_machine_without_wifi_has_no_signal(tmp_path: Path) -> None:
    """The kernel has no table, or an empty one."""
    assert wifi_signal(tmp_path / "absent") is None
    assert wifi_signal(wireless(tmp_path)) is None


def test_the_free_disk_agrees_with_psutil(tmp_path: Path) -> None:
    """Of what the node's user may fill; others write meanwhile."""
    assert disk_free(tmp_path) == pytest.approx(
        100 - psutil.disk_usage(str(tmp_path)).percent, abs=1
    )


def test_a_folder_that_is_gone_has_no_free_disk(tmp_path: Path) -> None:
    """It is unknown, not an error."""
    assert disk_free(tmp_path / "absent") is None


def sensor(folder: Path, number: int, name: str, alarm: str | None = None) -> None:
    """Add a sensor of the kernel's."""
    made = folder / f"hwmon{number}"
    made.mkdir()
    (made / "name").write_text(f"{name}\n")
    if alarm is not None:
        (made / "in0_lcrit_alarm").write_text(alarm)


@pytest.mark.parametrize(("content", "expected"), [("0\n", False), ("1\n", True), ("?", None)])
def test_the_firmwares_watch_on_the_voltage_is_found_by_its_name(
    tmp_path: Path, content: str, expected: bool | None
) -> None:
    """The numbers change from start to start."""
    sensor(tmp_path, 0, "cpu_thermal")
    sensor(tmp_path, 1, "rpi_volt", content)
    assert is_alarmed(under_voltage_alarm(tmp_path)) is expected


def test_other_machines_have_no_such_alarm(tmp_path: Path) -> None:
    """No sensor of that name, no sensors at all, or none that can be read any more."""
    sensor(tmp_path, 0, "coretemp")
    assert under_voltage_alarm(tmp_path) is None
    assert under_voltage_alarm(tmp_path / "absent") is None
    assert is_alarmed(None) is None
    assert is_alarmed(tmp_path / "absent") is None


def test_all_are_read_together(tmp_path: Path) -> None:
    """On this machine whatever it has, and the disk in any case."""
    assert read_vitals(tmp_path).disk_free is not None
