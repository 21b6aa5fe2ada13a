"""A system that does not fit is rejected with one sentence, before anything is changed.

A trixie plays each system: with its /etc/os-release, or with a program that answers install.sh as that system would.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.install.conftest import OFFLINE
from tests.install.debian import Debian

pytestmark = [pytest.mark.install, pytest.mark.timeout(900)]

_OS_RELEASE = "/etc/os-release"
_SYSTEM = 'PRETTY_NAME="{}"\nID={}\nVERSION_ID="{}"\n'


def _answers(architecture: str) -> str:
    return f'#!/bin/sh\n[ "$1" != --print-architecture ] || exec echo {architecture}\nexec /usr/bin/dpkg "$@"\n'


_TRIXIE = _SYSTEM.format("Raspbian GNU/Linux 13 (trixie)", "raspbian", 13)
_REJECTIONS = {
    "another distribution": (
        {_OS_RELEASE: _SYSTEM.format("Fedora Linux 44", "fedora", 44)},
        "this is Fedora Linux 44; Facet needs Raspberry Pi OS or Debian.",
    ),
    "an old Debian": (
        {_OS_RELEASE: _SYSTEM.format("Debian GNU/Linux 11 (bullseye)", "debian", 11)},
        (
            "the Python of Debian GNU/Linux 11 (bullseye) is older than 3.11; "
            "Facet needs Bookworm (Debian 12) or newer."
        ),
    ),
    "32-bit Trixie": (
        {_OS_RELEASE: _TRIXIE, "/usr/local/bin/dpkg": _answers("armhf")},
        (
            "32-bit Raspbian GNU/Linux 13 (trixie) has no TFLite for its Python; "
            "use its 64-bit version, or 32-bit Bookworm."
        ),
    ),
    "another processor": (
        {"/usr/local/bin/dpkg": _answers("riscv64")},
        "Facet's Python packages are made for arm64, amd64 and armhf; this system is riscv64.",
    ),
    "an old Python": (
        {"/usr/bin/python3": '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n'},
        "Python 3.9.2 is too old; Facet needs Python 3.11 or newer as /usr/bin/python3.",
    ),
}


@pytest.mark.parametrize("system", _REJECTIONS)
def test_it_is_rejected(bare: Callable[[str], Debian], system: str) -> None:
    """With exit code 1 and what to use instead."""
    files, sentence = _REJECTIONS[system]
    debian = bare("trixie")
    debian.run("mkdir", "--parents", "/usr/local/bin", "/usr/bin", "/etc")
    for path, text in files.items():
        debian.write(path, text, mode=0o755)
    debian.run("true")
    before = debian.snapshot()
    result = debian.install(*OFFLINE)
    assert (result.returncode, result.stdout) == (1, f"error: {sentence}\n")
    assert debian.snapshot() == before


def test_another_user_than_root_is_rejected(bare: Callable[[str], Debian]) -> None:
    """With the command to type instead."""
    result = bare("trixie").run(
        *("setpriv", "--reuid", "65534", "--clear-groups"), "/project/provisioning/install.sh"
    )
    assert (result.returncode, result.stdout) == (1, "error: this needs root; run it with sudo.\n")


def test_two_do_not_install_at_once(bare: Callable[[str], Debian]) -> None:
    """The second reports it and ends."""
    held = "flock /run/lock/facet-install.lock /project/provisioning/install.sh"
    result = bare("trixie").run("sh", "-c", held)
    assert result.returncode == 1
    assert result.stdout == "error: another install.sh is at work; wait until it is done.\n"
