"""install.sh on bare Debians that have no network: what it makes, and that it leaves alone what is there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import cv2
import pytest
from skimage.data import astronaut

from tests.install.conftest import OFFLINE, Installed
from tests.install.debian import Debian
from tests.install.wheels import VERSION

pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]


def test_a_bare_debian_gets_a_node_that_sees(debian: Debian) -> None:
    """The program, its networks and their runtime are whole: it finds the face in a photograph, and its smile."""
    photograph = debian.changes / "portrait.png"
    cv2.imwrite(str(photograph), astronaut()[:384, :, ::-1])
    result = debian.run("facet", "classify", "--json", "/portrait.png")
    document = json.loads(result.stdout[result.stdout.index("{") :])
    assert [face["attributes"]["Smiling"]["present"] for face in document["faces"]] == [True]


def test_the_end_says_what_works_and_what_to_do_next(installed: Installed) -> None:
    """What is missing, where to set the node up and with which code, how many steps were done, and the file to edit."""
    assert "facet.yaml:5: mqtt.host: is missing" in installed.output
    code = installed.debian.run("cat", "/var/lib/facet/setup-code").stdout.strip()
    assert re.search(r"at http://\S+:8420/ with the code " + code, installed.output)
    assert re.search(
        rf"^Facet {VERSION} is installed; \d+ step\(s\) done", installed.output, re.MULTILINE
    )
    assert "sudo nano /etc/facet/facet.yaml" in installed.output


def test_each_step_is_one_line(installed: Installed) -> None:
    """And on a bare system each of them is done."""
    steps = re.findall(r"^(done|already so|would do): ", installed.output, re.MULTILINE)
    assert steps.count("done") >= 12
    assert "would do" not in steps


def test_files_are_of_those_who_need_them(debian: Debian) -> None:
    """Passwords are the node's to read and nobody else's; the program is root's; the state is the node's."""
    result = debian.run(
        *("stat", "--format", "%n %U:%G %a"),
        *("/etc/facet", "/etc/facet/facet.yaml", "/etc/facet/secrets.yaml", "/var/lib/facet"),
        *("/opt/facet/releases", "/etc/systemd/system/facet.service"),
        "/etc/udev/rules.d/60-facet-camera.rules",
    )
    assert result.stdout.splitlines() == [
        "/etc/facet root:facet 750",
        "/etc/facet/facet.yaml root:facet 640",
        "/etc/facet/secrets.yaml root:facet 640",
        "/var/lib/facet facet:facet 700",
        "/opt/facet/releases root:root 755",
        "/etc/systemd/system/facet.service root:root 644",
        "/etc/udev/rules.d/60-facet-camera.rules root:root 644",
    ]
    foreign = debian.run(
        "find", "/opt/facet", "!", "-user", "root", "-o", "-perm", "-o=w", "!", "-type", "l"
    )
    assert foreign.stdout == ""
    assert set(debian.run("id", "--name", "--groups", "facet").stdout.split()) >= {"video", "gpio"}


def test_the_node_starts_with_the_system(debian: Debian) -> None:
    """Where systemd does not run, as in an image that is being made, the unit is enabled all the same."""
    for unit in ("facet.service", "facet-settings.path"):
        assert debian.run("systemctl", "is-enabled", unit).stdout == "enabled\n"


def test_root_writes_what_is_set_on_the_page(debian: Debian) -> None:
    """The node may only read its file; owner and mode stay, and what root relies on is refused."""
    apply = ("/opt/facet/current/bin/python", "-I", "-B", "-m", "device.editing.apply")
    for settings, said in (
        ("mqtt: {host: mine}\n", "facet.yaml is written"),
        ("mqtt: {host: evil}\nupdates: {index: /tmp}\n", "updates can be changed in"),
    ):
        wish = {"id": "0" * 32, "settings": settings, "secrets": None}
        debian.write("/var/lib/facet/settings/request", json.dumps(wish))
        assert said in debian.run(*apply).stdout
        assert debian.run("cat", "/etc/facet/facet.yaml").stdout == "mqtt: {host: mine}\n"
    files = ("/etc/facet/facet.yaml", "/etc/facet/facet.yaml.before")
    found = debian.run("stat", "--format", "%U:%G %a", *files).stdout
    assert found == "root:facet 640\nroot:facet 640\n"


def test_only_the_host_has_to_be_edited(debian: Debian) -> None:
    """The configuration that was made is valid as it stands, and asks for the camera's stable name."""
    text = debian.run("cat", "/etc/facet/facet.yaml").stdout
    settings = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert settings == [
        "mqtt:",
        "camera:",
        "  source: /dev/facet-camera",
    ]
    debian.run("sed", "--in-place", "s/^  #host:/  host:/", "/etc/facet/facet.yaml")
    said = debian.run("facet", "check", "-c", "/etc/facet/facet.yaml").stdout
    assert re.search(r"configuration +│ yes", said)
    assert re.search(r"models +│ yes", said)
    assert re.search(r"broker +│ no", said)


def test_a_second_run_changes_nothing_and_says_so(debian: Debian) -> None:
    """No file, no mode, no owner, no time and no link differs; /tmp and /run are in memory, as on a Pi."""
    debian.run("true")
    before = debian.snapshot()
    result = debian.install(*OFFLINE)
    assert result.returncode == 0, result.stdout
    assert f"Facet {VERSION} is installed; nothing had to change." in result.stdout
    assert not re.search(r"^(done|would do):", result.stdout, re.MULTILINE)
    assert "with the code" in result.stdout
    assert debian.snapshot() == before


def test_a_dry_run_on_a_bare_system_changes_nothing(
    bare: Callable[[str], Debian], suite: str
) -> None:
    """It says what would be done."""
    debian = bare(suite)
    debian.run("true")
    before = debian.snapshot()
    result = debian.install("--dry-run", *OFFLINE)
    assert result.returncode == 0, result.stdout
    assert re.search(r"^would do: +release ", result.stdout, re.MULTILINE)
    assert not re.search(r"^done:", result.stdout, re.MULTILINE)
    assert debian.snapshot() == before


def test_what_the_owner_wrote_is_never_overwritten(debian: Debian) -> None:
    """Not by another run; but who may read it is set right."""
    debian.run(
        "sh",
        "-c",
        "echo mqtt: {host: mine} >/etc/facet/facet.yaml; chmod 666 /etc/facet/facet.yaml",
    )
    debian.run("sh", "-c", "echo mqtt_password: mine >/etc/facet/secrets.yaml")
    result = debian.install(*OFFLINE)
    assert result.returncode == 0, result.stdout
    assert "Facet " + VERSION + " is installed; 1 step(s) done" in result.stdout
    assert debian.run("cat", "/etc/facet/facet.yaml").stdout == "mqtt: {host: mine}\n"
    assert debian.run("cat", "/etc/facet/secrets.yaml").stdout == "mqtt_password: mine\n"
    assert debian.run("stat", "--format", "%a", "/etc/facet/facet.yaml").stdout == "640\n"


@pytest.mark.parametrize("suite", ["trixie"])
def test_what_was_damaged_is_repaired(debian: Debian) -> None:
    """A unit that is gone, a command that leads nowhere, a release that lost a part of its program."""
    release = debian.run("readlink", "/opt/facet/current").stdout.strip()
    debian.run(
        "sh",
        "-c",
        "rm /etc/systemd/system/facet.service /usr/local/bin/facet; cd /opt/facet/current; rm -r lib/*/*/device/cli",
    )
    assert debian.run("/opt/facet/current/bin/facet", "--version").returncode != 0
    result = debian.install(*OFFLINE)
    assert result.returncode == 0, result.stdout
    assert debian.run("facet", "--version").stdout == f"facet {VERSION}\n"
    assert debian.run("readlink", "/opt/facet/current").stdout.strip() == release
    assert "0 step(s)" in debian.install("--dry-run", *OFFLINE).stdout
