"""What the kernel tells about the machine and the process."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import psutil
import pytest

from device.system.machine import (
    board,
    cpu_seconds,
    cpu_temperature,
    model_id,
    processor,
    resident_bytes,
    revision,
)


def test_the_processor_is_named_where_the_kernel_does(tmp_path: Path) -> None:
    """ARM boards often name none."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU\nflags\t: a\n", encoding="utf-8")
    assert processor(cpuinfo) == "Some CPU"
    cpuinfo.write_text("processor\t: 0\nBogoMIPS\t: 108.00\n", encoding="utf-8")
    assert processor(cpuinfo) == platform.machine()


def test_the_temperature_is_in_degrees(tmp_path: Path) -> None:
    """The kernel counts thousandths."""
    sensor = tmp_path / "temp"
    sensor.write_text("51540\n")
    assert cpu_temperature(sensor) == 51.5


@pytest.mark.parametrize("content", ["", "hot\n", "\N{DEGREE SIGN}"])
def test_a_sensor_that_tells_nonsense_tells_nothing(tmp_path: Path, content: str) -> None:
    """Virtual machines have such sensors."""
    sensor = tmp_path / "temp"
    sensor.write_text(content)
    assert cpu_temperature(sensor) is None


def test_a_machine_without_a_sensor_has_no_temperature(tmp_path: Path) -> None:
    """It is unknown, not an error."""
    assert cpu_temperature(tmp_path / "absent") is None


def test_the_board_is_named_without_the_device_trees_final_zero(tmp_path: Path) -> None:
    """Strings of a device tree end with a zero byte."""
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    assert board(model) == "Raspberry Pi 4 Model B Rev 1.5"


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe"])
def test_a_board_that_does_not_name_itself_is_unknown(tmp_path: Path, content: bytes) -> None:
    """Empty or no text at all."""
    model = tmp_path / "model"
    model.write_bytes(content)
    assert board(model) is None


def test_a_machine_without_a_device_tree_has_no_board(tmp_path: Path) -> None:
    """An ordinary computer."""
    assert board(tmp_path / "absent") is None


def test_the_boards_name_for_programs_is_the_first_of_its_names(tmp_path: Path) -> None:
    """The others are those of its processor."""
    names = tmp_path / "compatible"
    names.write_bytes(b"raspberrypi,4-model-b\0brcm,bcm2711\0")
    assert model_id(names) == "raspberrypi,4-model-b"
    assert model_id(tmp_path / "absent") is None


def test_the_revision_is_as_the_documentation_lists_it(tmp_path: Path) -> None:
    """Four bytes, in hexadecimal digits without zeros before them: a Pi 4 with 4 GB, and one of the first."""
    code = tmp_path / "revision"
    code.write_bytes(bytes.fromhex("00c03115"))
    assert revision(code) == "c03115"
    code.write_bytes(bytes.fromhex("00000010"))
    assert revision(code) == "10"


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"\0\xc0\x31"])
def test_a_board_without_a_revision_has_none(tmp_path: Path, content: bytes) -> None:
    """Nothing, zero, or too little."""
    code = tmp_path / "revision"
    code.write_bytes(content)
    assert revision(code) is None
    assert revision(tmp_path / "absent") is None


def test_resident_memory_agrees_with_psutil() -> None:
    """Within a tenth: both look at a process that lives."""
    expected = psutil.Process().memory_info().rss
    assert resident_bytes(os.getpid()) == pytest.approx(expected, rel=0.1)


def test_processor_time_grows_with_work() -> None:
    """Fifty milliseconds of work are seen, in the kernel's steps of ten."""
    before = cpu_seconds(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert 0.03 <= cpu_seconds(os.getpid()) - before < 1.0


def test_a_process_that_is_gone_is_an_error() -> None:
    """The largest process id that Linux allows is not given to anybody here."""
    with pytest.raises(OSError, match="No such file"):
        resident_bytes(2**22)
