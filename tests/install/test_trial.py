"""How install.sh tries a release before it switches to it; this needs no Debian."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

_PROVISIONING = Path(__file__).parents[2] / "provisioning"
# Stand-ins for the release's programs: both record their arguments, and the self-test fails if work/broken exists.
_TRY = """
set -euo pipefail
work=$2 version=1.0 name=1.0-0a1b2c3d
fail() { echo "error: $*" >&2; exit 1; }
as_user() {
  if [[ $2 == --version ]]; then
    echo "facet $(<"$work/version")"
  else
    echo "$2 ${3//$'\\n'/;}" >"$work/asked"
    echo "INFO: a delegate was created" >&2
    [[ ! -e $work/broken ]] || { echo "error: the network is damaged" >&2 && return 1; }
  fi
}
source "$1/install/release.sh"
try_release "$work/release"
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with a release that has a self-test."""
    module = tmp_path / "release/lib/python3.11/site-packages/device/updates/self_test.py"
    module.parent.mkdir(parents=True)
    module.touch()
    (tmp_path / "version").write_text("1.0")
    return tmp_path


def try_release(work: Path) -> subprocess.CompletedProcess[str]:
    """Try the release in a folder."""
    return subprocess.run(
        ["/bin/bash", "-c", _TRY, "try", _PROVISIONING, work],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_is_tried_with_the_self_test_that_it_brings(work: Path) -> None:
    """The installer knows its name, and nothing about its content."""
    assert try_release(work).returncode == 0
    assert (work / "asked").read_text() == "-m device.updates.self_test\n"


def test_a_release_without_a_self_test_must_load_its_networks(work: Path) -> None:
    """The first releases, to which --version goes back."""
    (work / "release/lib/python3.11/site-packages/device/updates/self_test.py").unlink()
    assert try_release(work).returncode == 0
    assert (work / "asked").read_text().startswith("-c ;from device.classify import open_perc")


def test_a_release_that_fails_its_self_test_is_rejected_with_the_reason(work: Path) -> None:
    """In one line, which the node shows in Home Assistant after an update by the button."""
    (work / "broken").touch()
    ended = try_release(work)
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: the network is damaged: release 1.0-0a1b2c3d fails its self-test; "
        "the system runs what it ran before.\n"
    )


def test_a_release_that_is_another_one_is_rejected(work: Path) -> None:
    """Before its self-test."""
    (work / "version").write_text("0.9")
    ended = try_release(work)
    assert ended.returncode == 1
    assert "prints 'facet 0.9' instead of 'facet 1.0'" in ended.stderr
    assert not (work / "asked").exists()
