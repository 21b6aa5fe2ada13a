"""An update that the node asks for: root's side for real, with the wheel of the next release and its install.sh."""

from __future__ import annotations

import json

import pytest

from tests.install.debian import Debian
from tests.install.wheels import BROKEN, NEWER, VERSION

pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]

_PYTHON = "/opt/facet/current/bin/python"
# What the maintainer does, and then the owner.
_PUBLISH = f"""
rm --recursive --force /srv/release.pem /srv/site
sed --in-place '/^updates:/d; s/^  #host:/  host:/' /etc/facet/facet.yaml
key=$({_PYTHON} -m device.updates.sign key /srv/release.pem)
{_PYTHON} -m device.updates.sign index /srv/site --key /srv/release.pem --wheel "$1" >/dev/null
chmod -R a+rX /srv/site
cat >>/etc/facet/facet.yaml <<END
updates: {{index: /srv/site/index.json, allow_install: true, public_key: $key}}
END
"""
# What the node does when its button is pressed; without a broker, which is not here.
_ASK = """
from pathlib import Path
from device.config import load
from device.updates.node.index import read_index
from device.updates.node.staging import download, stage
from device.updates.signature import read_key
updates = load(Path("/etc/facet/facet.yaml")).updates
release, folder = read_index(updates.index).release, Path("/var/lib/facet/update")
key, silent = read_key(updates.public_key), lambda _bytes, _whole: None
assert download(folder, release.address, release.artifact, key, lambda: False, silent, 60)
stage(folder, release.artifact)
"""


def request(debian: Debian, wheel: str, ask: str = _ASK) -> tuple[int, str]:
    """Publish a wheel, have the node ask for it, and run what facet-update.path would start.

    Args:
        debian: with a release.
        wheel: its path there.
        ask: what the node's side of that release does.

    Returns:
        The exit code, and the output.
    """
    published = debian.run("bash", "-euc", _PUBLISH, "publish", wheel)
    assert published.returncode == 0, published.stdout
    as_node = ("setpriv", "--reuid=facet", "--regid=facet", "--init-groups")
    asked = debian.run(*as_node, _PYTHON, "-c", ask)
    assert asked.returncode == 0, asked.stdout
    unit = "/etc/systemd/system/facet-update.service"
    command = debian.run("sed", "-n", "s/^ExecStart=//p", unit).stdout.split()
    # pip finds here what it would find in the index.
    pip = ("env", "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheelhouse")
    done = debian.run(*pip, *command)
    return done.returncode, done.stdout


def result(debian: Debian) -> dict[str, object]:
    """What the node can read of it."""
    as_node = ("setpriv", "--reuid=facet", "--regid=facet", "--clear-groups")
    said = debian.run(*as_node, "cat", "/opt/facet/update-result.json").stdout
    document: dict[str, object] = json.loads(said)
    return document


def test_an_update_by_request_installs_the_new_release(debian: Debian) -> None:
    """The node downloads as its own user, root verifies and runs install.sh; the request is gone."""
    code, output = request(debian, f"/wheelhouse/facet_node-{NEWER}-py3-none-any.whl")
    assert code == 0, output
    assert debian.run("facet", "--version").stdout == f"facet {NEWER}\n"
    assert result(debian)["message"] == f"facet-node {NEWER} is installed"
    assert debian.run("ls", "/var/lib/facet/update").stdout == ""
    enabled = debian.run("systemctl", "is-enabled", "facet-update.path").stdout
    assert enabled == "enabled\n"


def test_a_signed_release_that_cannot_work_leaves_the_one_before(debian: Debian) -> None:
    """A signature says who made it, not that it works."""
    code, output = request(debian, f"/broken/facet_node-{BROKEN}-py3-none-any.whl")
    assert code == 1, output
    assert debian.run("facet", "--version").stdout == f"facet {VERSION}\n"
    answer = result(debian)
    assert answer["is_installed"] is False
    assert "fails its self-test" in str(answer["message"])
