"""From one release to the next, and back when the next cannot work."""

from __future__ import annotations

import json

import pytest
from packaging.utils import canonicalize_name

from device.updates.release.lock import System, pins_for, read_lock
from tests.install.conftest import OFFLINE
from tests.install.debian import Debian
from tests.install.wheels import BROKEN, NEWER, PROJECT, VERSION

pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]

_RUNS = "/opt/facet/current/bin/facet"
_INSTALLED = "/opt/facet/current/share/facet/provisioning/install.sh"
_NEWER_WHEEL = f"/wheelhouse/facet_node-{NEWER}-py3-none-any.whl"

_SYSTEMCTL = f"""#!/bin/sh
case "$*" in
  *is-active*) [ ! -e /restarts ] || [ "$(tail -n 1 /restarts)" = {VERSION} ] ;;
  *ActiveState*) echo activating ;;
  *InvocationID*) echo 1 ;;
  restart*) readlink /opt/facet/current | sed 's|.*/||; s|-.*||' >>/restarts ;;
esac
"""


def _releases(debian: Debian) -> list[str]:
    """The versions that are kept, the current one first."""
    said = debian.run(
        "sh",
        "-c",
        "cd /opt/facet; ls releases; for l in current previous; do readlink $l; done",
    ).stdout.split()
    kept, links = said[:-2], [link.removeprefix("releases/") for link in said[-2:]]
    assert sorted(kept) == sorted(links)
    return [link.split("-")[0] for link in links]


def test_the_newest_of_the_wheelhouse_takes_over_and_two_are_kept(debian: Debian) -> None:
    """The installed script does it; then the one before that comes back, by a choice of the version; and again."""
    result = debian.run(_INSTALLED, *OFFLINE)
    assert result.returncode == 0, result.stdout
    assert f"Facet {NEWER} is installed" in result.stdout
    assert debian.run("facet", "--version").stdout == f"facet {NEWER}\n"
    assert _releases(debian) == [NEWER, VERSION]
    assert (
        "nothing had to change" in debian.run(_INSTALLED, "--wheel", _NEWER_WHEEL, *OFFLINE).stdout
    )

    result = debian.install(
        *OFFLINE
    )  # the checkout, which was there before: its environment is used again
    assert result.returncode == 0, result.stdout
    assert f"already so: release {VERSION}" in result.stdout
    assert _releases(debian) == [VERSION, NEWER]

    result = debian.run(_INSTALLED, "--version", NEWER, *OFFLINE)
    assert result.returncode == 0, result.stdout
    assert _releases(debian) == [NEWER, VERSION]


@pytest.mark.parametrize("suite", ["trixie"])
def test_a_release_that_cannot_work_leaves_everything_as_it_was(debian: Debian) -> None:
    """Its networks are damaged, which is found out before anything points to it. No trace of it stays."""
    debian.run("true")
    before = debian.snapshot()
    wheel = f"/broken/facet_node-{BROKEN}-py3-none-any.whl"
    result = debian.install("--wheel", wheel, *OFFLINE)
    assert result.returncode == 1
    assert "fails its self-test; the system runs what it ran before." in result.stdout
    assert debian.run(_RUNS, "--version").stdout == f"facet {VERSION}\n"
    after = debian.snapshot()
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    # The folder's own time; the others are those above it in what this branch alone has.
    assert changed <= {"opt", "opt/facet", "opt/facet/releases"}


def _packages(debian: Debian) -> dict[str, str]:
    """What pip sees in the current release, and in no other place: version by name."""
    pip = ("/opt/facet/current/bin/python", "-m", "pip", "list", "--local", "--format=json")
    said = debian.run(*pip, "--disable-pip-version-check").stdout
    return {canonicalize_name(each["name"]): each["version"] for each in json.loads(said)}


def test_a_release_has_the_packages_of_its_lock_file_and_no_others(
    debian: Debian, suite: str
) -> None:
    """In these versions; what makes a wheel of a checkout is not among them."""
    python = {"bookworm": (3, 11), "trixie": (3, 13)}[suite]
    lock = (PROJECT / "provisioning/requirements.lock").read_text(encoding="utf-8")
    pins = pins_for(read_lock(lock), System(python, "x86_64"))
    found = _packages(debian)
    assert found.pop("facet-node") == VERSION
    found.pop("pip")
    if "setuptools" not in {pin.requirement.name for pin in pins}:
        found.pop("setuptools", None)  # Python 3.11 puts it into every environment
    assert found == {pin.requirement.name: pin.version for pin in pins}


@pytest.mark.parametrize("suite", ["trixie"])
def test_a_package_with_another_hash_is_not_installed(debian: Debian) -> None:
    """One byte more in one wheel is enough, and the release before stays in use."""
    debian.run("cp", "--recursive", "/wheelhouse", "/srv/wheelhouse")
    damage = 'for wheel in /srv/wheelhouse/typer-*.whl; do echo >>"$wheel"; done'
    debian.run("sh", "-c", damage)
    result = debian.install("--wheel", _NEWER_WHEEL, "--offline", "/srv/wheelhouse")
    assert result.returncode == 1
    assert "DO NOT MATCH THE HASHES" in result.stdout
    assert "the system runs what it ran before" in result.stdout
    assert debian.run(_RUNS, "--version").stdout == f"facet {VERSION}\n"


@pytest.mark.parametrize("suite", ["trixie"])
def test_a_release_that_does_not_stay_up_gives_way_to_the_one_before(debian: Debian) -> None:
    """With exit code 1 and no trace of it; systemctl is played here, by one under which only the first release runs."""
    debian.write("/usr/local/bin/udevadm", "#!/bin/sh\n", mode=0o755)
    debian.write("/usr/local/bin/systemctl", _SYSTEMCTL, mode=0o755)
    before = debian.run("readlink", "/opt/facet/current").stdout
    command = f"mkdir --parents /run/systemd/system; {_INSTALLED} --offline /wheelhouse"
    result = debian.run("sh", "-c", command)
    assert result.returncode == 1
    assert f"the node does not run with release {NEWER}" in result.stdout
    assert f"rolled back to release {VERSION}" in result.stdout
    assert debian.run("readlink", "/opt/facet/current").stdout == before
    assert debian.run("ls", "/opt/facet/releases").stdout.startswith(VERSION)
    assert debian.run("facet", "--version").stdout == f"facet {VERSION}\n"
    assert debian.run("cat", "/restarts").stdout.split() == [f"{NEWER}", f"{VERSION}"]


def test_a_version_that_the_wheelhouse_does_not_have_is_named(debian: Debian) -> None:
    """With the folder; nothing is changed."""
    debian.run("true")
    before = debian.snapshot()
    result = debian.install("--version", "98.0.0", *OFFLINE)
    assert result.returncode == 1
    assert "error: /wheelhouse has no facet_node-98.0.0-*.whl." in result.stdout
    assert debian.snapshot() == before
