"""A fleet of three for all tests: booted once, installed by the first that needs it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from device.cli.demo.portrait import write_portrait
from tests.broker.mosquitto import Mosquitto, free_port, password_file
from tests.builds import built
from tests.fleet.fleet import Fleet, Run
from tests.fleet.machine import GATEWAY, NETWORK, Machine, bridge
from tests.install.wheels import build_wheel, copy_checkout, set_version

NODES = ("hall", "kitchen", "porch")
PASSWORD = "correct horse battery staple"
AT_ONCE = "--extra-vars=facet_batches=100%"
OLD, NEW, BROKEN = "0.9.0", "0.9.1", "0.9.2"


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of what tests/fleet/build makes."""
    build = Path(__file__).with_name("build")
    return Path(subprocess.check_output([build], text=True).strip())


@pytest.fixture(scope="session")
def wheelhouse() -> Path:
    """The folder of what Facet's wheel depends on."""
    return built("wheelhouse", "bookworm")


@pytest.fixture(scope="session")
def wheels(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three releases by their version; the last one loads its networks, and does not run."""
    folder = tmp_path_factory.mktemp("wheels")
    checkout = folder / "checkout"
    copy_checkout(checkout)
    found = {}
    for version in (OLD, NEW, BROKEN):
        set_version(checkout, version)
        if version == BROKEN:
            (checkout / "device/cli/run.py").write_text("raise SystemExit(1)")
        found[version] = build_wheel(checkout, wheelhouse, folder / version)
    return found


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker that the fleet reaches, with a user for each node."""
    folder = tmp_path_factory.mktemp("broker")
    lines = password_file(folder, observer="observer", **dict.fromkeys(NODES, PASSWORD))
    port = free_port()
    with bridge(), Mosquitto(folder, port, (f"listener {port} {GATEWAY}", lines)) as running:
        yield running


@pytest.fixture(scope="session")
def fleet(
    site: Path, wheelhouse: Path, broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """The machines, with nothing of Facet on them."""
    folder = tmp_path_factory.mktemp("fleet")
    share = folder / "share"
    shutil.copytree(wheelhouse, share / "wheelhouse")
    write_portrait(share)
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    with ExitStack() as running:
        machines = {
            name: running.enter_context(
                Machine(name, f"{NETWORK}.{number}", site / "root", share, key)
            )
            for number, name in enumerate(NODES, start=11)
        }
        for machine in machines.values():
            machine.wait_until_booted()
        yield Fleet(folder, site / "ansible" / "bin", key, machines, _variables(broker.port))


@pytest.fixture(scope="session")
def installed(fleet: Fleet, wheels: dict[str, Path]) -> Run:
    """The run that installed Facet on all machines at once."""
    fleet.variables["facet_wheel"] = str(wheels[OLD])
    return fleet.play("site.yml", "-v", AT_ONCE)


def _variables(port: int) -> dict[str, object]:
    """Return what the file of a group would contain."""
    return {
        "facet_wheelhouse": "/srv/wheelhouse",
        "facet_config": {
            "mqtt": {
                "host": GATEWAY,
                "port": port,
                "username": "{{ inventory_hostname }}",
                "password": "!secret mqtt_password",
            },
            "camera": {"source": "/srv/portrait.jpg"},
        },
        "facet_secrets": {"mqtt_password": PASSWORD},
    }
