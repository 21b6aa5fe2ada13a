"""While install.sh works, the link to the release in use moves on, under the process of root that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from device.updates.artifact import Kind
from device.updates.release.sign import signed
from tests.previous import previous_checkout
from tests.updates.conftest import Maintainer, Pi
from tests.updates.test_apply import ask

_PROJECT = Path(__file__).resolve().parents[2]

# What facet-update.service runs, of any release, with the places of a test; and it notes what it imports late.
_APPLY = """
import json, sys
from pathlib import Path
from device.updates.apply import Places, apply

link, root = Path(sys.argv[1]), Path(sys.argv[2])
late = []

def note(event, arguments):
    if event == "import" and link.readlink().name == "new":
        late.append(arguments[0])

sys.addaudithook(note)
is_installed = apply(Places(
    config=root / "facet.yaml",
    state=root / "state",
    result=root / "result.json",
    models=root / "models",
    installer=root / "root" / "install.sh",
    restart=lambda: None,
))
others = [name for name in late if name.partition(".")[0] not in sys.stdlib_module_names]
print(json.dumps({"is_installed": is_installed, "late": others}))
"""
# install.sh switches to the new release; when that does not run, the roll back may fail as well.
_INSTALLER = """#!/bin/bash
ln --symbolic --force --no-dereference new "$(dirname "$0")/current"
echo "error: the node does not run with it" >&2
exit {code}
"""


@pytest.mark.parametrize("code", [0, 1], ids=["it runs", "it does not"])
@pytest.mark.parametrize("release", ["previous", "this"])
def test_nothing_of_the_new_release_is_needed_by_the_old_one(
    pi: Pi, maintainer: Maintainer, wheel: Path, tmp_path: Path, release: str, code: int
) -> None:
    """The old one still writes its result, though the folder that it came from is another one now: an empty one."""
    root = pi.places.installer.parent
    old = previous_checkout(tmp_path / "old") if release == "previous" else _PROJECT
    (root / "new").mkdir()
    (root / "current").symlink_to(old)
    pi.places.installer.write_text(_INSTALLER.format(code=code))
    request = ask(pi, signed(Kind.SOFTWARE, "facet-node", "9.9.0", wheel, maintainer.key), wheel)
    ended = subprocess.run(
        [sys.executable, "-c", _APPLY, root / "current", tmp_path],
        env={**os.environ, "PYTHONPATH": str(root / "current")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert (root / "current").readlink() == Path("new")
    seen = json.loads(ended.stdout.splitlines()[-1])
    assert seen == {"is_installed": code == 0, "late": []}
    assert pi.result["request"] == request
    assert pi.result["is_installed"] is (code == 0)


def test_the_unit_starts_the_same_module_in_both_releases(tmp_path: Path) -> None:
    """A power cut may leave the unit of one with the program of the other, after an upgrade or a roll back."""
    units = [
        (checkout / "provisioning/facet-update.service").read_text()
        for checkout in (previous_checkout(tmp_path), _PROJECT)
    ]
    commands = {
        line for unit in units for line in unit.splitlines() if line.startswith("ExecStart=")
    }
    assert commands == {"ExecStart=/opt/facet/current/bin/python -I -B -u -m device.updates.apply"}
