"""A Debian that never ran starts with a card and becomes a node: cloud-init, installer and broker are real."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builds import built
from tests.install.wheels import build_wheel

pytestmark = [pytest.mark.firstboot, pytest.mark.timeout(1800)]

_HERE = Path(__file__).parent
_PROJECT = _HERE.parents[1]
PASS_PHRASE = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Pi:
    """A Debian after its first boot.

    Attributes:
        root: its file system, shut down.
        password: the node's at the broker.
    """

    root: Path
    password: str

    def report(self, name: str) -> str:
        """Return what was recorded while it ran."""
        return (self.root / "report" / name).read_text(errors="replace").strip()


@pytest.fixture(scope="module")
def pi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pi]:
    """A Debian 13 with the shipped broker, started with a card of `facet provision`, without any network."""
    folder = tmp_path_factory.mktemp("firstboot")
    debian = Path(_run(_HERE / "build").strip())
    root = folder / "root"
    _run("cp", "--archive", "--reflink=auto", debian / "root", root)
    _install_broker(root)
    _make_card(
        folder, built("wheelhouse", "trixie"), root / "etc" / "mosquitto" / "certs" / "ca.crt"
    )
    with (root / "etc" / "mosquitto" / "passwords").open("a") as passwords:
        passwords.write((folder / "cards" / "passwords.txt").read_text())
    secrets = folder / "cards" / "hall" / "facet" / "secrets.yaml"
    password = secrets.read_text().partition(": ")[2].strip().strip('"')
    shutil.copytree(folder / "cards" / "hall", root / "boot" / "firmware")
    (root / "report").mkdir()
    shutil.copy(_HERE / "record", root / "report")
    _run(_HERE / "start", root)
    yield Pi(root, password)
    _run("rm", "--recursive", "--force", "--one-file-system", root)


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _install_broker(root: Path) -> None:
    """Set up the broker as docs/provisioning.md describes."""
    shutil.copytree(_PROJECT / "provisioning" / "mosquitto", root / "srv" / "mosquitto")
    commands = """
        cd /srv/mosquitto
        ./certificates authority
        ./certificates broker localhost
        install --mode 0644 mosquitto.conf /etc/mosquitto/conf.d/facet.conf
        install --owner mosquitto --group mosquitto --mode 0600 acl /etc/mosquitto/facet.acl
        install --owner mosquitto --group mosquitto --mode 0600 /dev/null /etc/mosquitto/passwords
        mosquitto_passwd -b /etc/mosquitto/passwords homeassistant homeassistant
    """
    _run("chroot", root, "bash", "-euc", commands)


def _make_card(folder: Path, dependencies: Path, authority: Path) -> None:
    wheelhouse = folder / "wheelhouse"
    shutil.copytree(dependencies, wheelhouse)
    build_wheel(_PROJECT, dependencies, wheelhouse)
    (folder / "wifi").write_text(PASS_PHRASE)
    (folder / "olga.pub").write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE olga\n")
    options = "--node hall --host localhost --wifi Home --wifi-country DE --user olga"
    _run(
        *(sys.executable, "-m", "device", "provision", *options.split()),
        *("--ca-file", authority, "--wifi-password-file", folder / "wifi"),
        *("--ssh-key", folder / "olga.pub", "--wheelhouse", wheelhouse, "--out", folder / "cards"),
    )


def test_the_node_is_online_at_the_broker(pi: Pi) -> None:
    """Over TLS, with its own name and password, without manual steps."""
    assert pi.report("status") == "online", pi.report("journal")


def test_cloud_init_reports_no_error(pi: Pi) -> None:
    """It used the card's files, and each of its stages succeeded; it is disabled by now."""
    status = pi.report("cloud-init")
    assert "DataSourceNoCloud" in status
    assert "\nerrors: []" in status
    assert "recoverable_errors: {}" in status


def test_the_pi_has_its_name_and_its_user(pi: Pi) -> None:
    """The user logs in with the key only."""
    assert pi.report("hostname") == "hall"
    assert {"sudo", "video", "gpio"} <= set(pi.report("groups").split())
    keys = pi.root / "home" / "olga" / ".ssh" / "authorized_keys"
    assert "olga" in keys.read_text()
    shadow = (pi.root / "etc" / "shadow").read_text()
    [olga] = [line for line in shadow.splitlines() if line.startswith("olga:")]
    assert olga.split(":")[1].startswith("!")


def test_the_wi_fi_is_set_up_with_the_key_only(pi: Pi) -> None:
    """For netplan, and readable by root only."""
    [file] = (pi.root / "etc" / "netplan").glob("*.yaml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Home" in file.read_text()
    assert PASS_PHRASE not in file.read_text()


def test_the_next_start_is_an_ordinary_one(pi: Pi) -> None:
    """The node comes up by itself; cloud-init and the first boot do not run again."""
    assert pi.report("enabled").splitlines() == ["enabled", "disabled", "enabled"]
    assert (pi.root / "etc" / "cloud" / "cloud-init.disabled").exists()


def test_what_is_secret_has_left_the_boot_partition(pi: Pi) -> None:
    """Every user of the Pi can read it, and so can anyone who holds the card for a minute."""
    left = sorted(path.name for path in (pi.root / "boot" / "firmware").iterdir())
    assert left == ["meta-data", "user-data"]


def test_the_password_is_in_one_place_for_the_nodes_group(pi: Pi) -> None:
    """It is in no log and in no copy that cloud-init made."""
    settings = pi.root / "etc" / "facet"
    for file in settings.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o640, file
        assert file.stat().st_uid == 0
    found = [
        path
        for top in ("etc", "var", "boot", "run", "home")
        for folder, _, names in os.walk(pi.root / top)
        for path in (Path(folder, name) for name in names)
        if path.is_file() and not path.is_symlink() and pi.password.encode() in path.read_bytes()
    ]
    assert found == [settings / "secrets.yaml"]
