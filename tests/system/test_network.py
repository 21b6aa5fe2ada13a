"""The one MAC address that identifies a machine, or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from device.system.network import mac_address

_TITLES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
RASPBERRY_PI = "dc:a6:32:01:02:03"


def route(
    interface: str, metric: int, destination: str = "00000000", mask: str = "00000000"
) -> str:
    """A line of the kernel's table."""
    return f"{interface}\t{destination}\t0100A8C0\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n"


def found(folder: Path, routes: str, addresses: Mapping[str, str]) -> str | None:
    """The address of a machine with these routes and interfaces."""
    for name, address in addresses.items():
        (folder / name).mkdir()
        (folder / name / "address").write_text(f"{address}\n")
    (folder / "route").write_text(_TITLES + routes)
    return mac_address(folder / "route", folder)


def test_the_interface_that_leads_away_counts(tmp_path: Path) -> None:
    """Not the one that only reaches its own network."""
    routes = route("eth0", 50, "0000A8C0", "00FFFFFF") + route("wlan0", 600)
    addresses = {"eth0": "dc:a6:32:0a:0b:0c", "wlan0": RASPBERRY_PI}
    assert found(tmp_path, routes, addresses) == RASPBERRY_PI


def test_of_two_ways_out_the_preferred_one_counts(tmp_path: Path) -> None:
    """A cable before Wi-Fi, as the system has it."""
    routes = route("wlan0", 600) + route("eth0", 100)
    addresses = {"eth0": RASPBERRY_PI, "wlan0": "dc:a6:32:0a:0b:0c"}
    assert found(tmp_path, routes, addresses) == RASPBERRY_PI


@pytest.mark.parametrize(
    "address",
    ["00:00:00:00:00:00", "02:42:ac:11:00:02", "52:54:00:12:34:56", "01:00:5e:00:00:01", "", "?"],
)
def test_an_address_that_no_manufacturer_gave_out_is_none(tmp_path: Path, address: str) -> None:
    """Containers, virtual machines, and whoever hides the real one."""
    assert found(tmp_path, route("eth0", 100), {"eth0": address}) is None


@pytest.mark.parametrize(
    "routes",
    ["", "eth0\n", route("gone", 100), route("eth0", 100, "0000A8C0", "00FFFFFF")],
    ids=["none", "a damaged line", "an interface that has gone", "no way out"],
)
def test_without_a_way_out_there_is_none(tmp_path: Path, routes: str) -> None:
    """The machine is in no network yet."""
    assert found(tmp_path, routes, {"eth0": RASPBERRY_PI}) is None


def test_a_kernel_without_such_tables_has_none(tmp_path: Path) -> None:
    """It is unknown, not an error."""
    assert mac_address(tmp_path / "absent", tmp_path) is None
