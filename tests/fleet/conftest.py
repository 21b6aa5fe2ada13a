"""A fleet of three for all tests: booted once, installed by the first that needs it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from device.cli.demo.portrait import write_portrait
from device.networks.recognition_card import read_recognition_card
from device.people.gallery_file import GalleryFile
from device.system.share_key import new_share_key
from tests.broker.mosquitto import Mosquitto, free_port, password_file
from tests.builds import built
from tests.fleet.fleet import Fleet, Run
from tests.fleet.machine import GATEWAY, NETWORK, Machine, bridge
from tests.install.wheels import build_wheel, copy_checkout, set_version
from tests.people.references import new_references

NODES = ("hall", "kitchen", "porch")
PASSWORD = "correct horse battery staple"
SHARE_KEY = new_share_key()
PERSON = "Annabella"
"""Who is imported on the first node."""
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
        variables = _variables(broker.port, _export(folder))
        yield Fleet(folder, site / "ansible" / "bin", key, machines, variables)


@pytest.fixture(scope="session")
def installed(fleet: Fleet, wheels: dict[str, Path]) -> Run:
    """The run that installed Facet on all machines at once."""
    fleet.variables["facet_wheel"] = str(wheels[OLD])
    return fleet.play("site.yml", "-v", AT_ONCE)


def _export(folder: Path) -> Path:
    """Write an export of one person, and return the file."""
    with GalleryFile.open(folder / "people.db", read_recognition_card().sha256) as gallery:
        gallery.enrol(PERSON, new_references(3))
        document = gallery.export_people()
    export = folder / "people.json"
    export.write_text(json.dumps(document.to_json()))
    return export


def _variables(port: int, export: Path) -> dict[str, object]:
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
            "people": {"enabled": True, "share_key": "!secret people_key"},
        },
        "facet_secrets": {"mqtt_password": PASSWORD, "people_key": SHARE_KEY},
        "facet_people_export": f"{{{{ '{export}' if inventory_hostname == '{NODES[0]}' else '' }}}}",
    }
