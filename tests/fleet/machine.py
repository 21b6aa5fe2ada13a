"""Debian under a separate systemd, in namespaces of this machine, reached over ssh like any other machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.broker.mosquitto import wait_for
from tests.child import Child
from tests.ssh import ssh_options

BRIDGE = "facet-fleet"
NETWORK = "198.51.100"
GATEWAY = f"{NETWORK}.1"
"""This machine's address on the bridge: of a network that is reserved for examples."""

# Seconds; it takes four where nothing else runs.
_BOOT = 120.0


class Machine(Child):
    """One machine. Leaving the context pulls its plug, and nothing is kept.

    Attributes:
        name: its host name.
        address: on the bridge.
    """

    def __init__(self, name: str, address: str, root: Path, share: Path, key: Path) -> None:
        super().__init__(share.parent / f"{name}.log")
        self.name = name
        self.address = address
        self._ssh = ["ssh", *ssh_options(key)]
        # Only groups of the second version can be given to another systemd. Where this machine uses the first, they
        # are mounted elsewhere, and empty.
        find = ["findmnt", "--noheadings", "--first-only", "--output=TARGET", "--types=cgroup2"]
        groups = subprocess.check_output(find, text=True).strip()
        self._group = Path(groups, f"facet-fleet-{name}")
        boot = Path(__file__).with_name("boot")
        public_key = key.with_suffix(".pub")
        folders = (self._group, root, share, public_key)
        self._command = [str(boot), name, address, BRIDGE, *map(str, folders)]

    def run(self, command: str) -> str:
        """Run a command there as root, and return its output."""
        ended = self._try(f"sudo sh -c '{command}'")
        assert ended.returncode == 0, f"{self.name}: {command}: {ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def _try(self, command: str) -> subprocess.CompletedProcess[str]:
        login = [*self._ssh, f"pi@{self.address}", command]
        return subprocess.run(login, check=False, capture_output=True, text=True)

    def _has_booted(self) -> bool:
        self._assert_runs()
        return self._try("systemctl is-system-running").stdout.strip() == "running"

    def start(self) -> None:
        """Switch it on; wait_until_booted waits for it."""
        self._run(*self._command)

    def wait_until_booted(self) -> None:
        """Wait until it is up."""
        wait_for(self._has_booted, f"{self.name} has booted", _BOOT)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()  # this also ends its systemd, and everything that runs there
        process.wait()
        subprocess.run(["ip", "netns", "delete", f"facet-{self.name}"], check=True)
        wait_for(self._has_gone, f"{self.name} has gone")

    def _has_gone(self) -> bool:
        """Return whether no process is left in its control group, which is then removed."""
        try:
            for folder in (*sorted(self._group.rglob("*/"), reverse=True), self._group):
                folder.rmdir()
        except OSError:
            return False
        return True


@contextmanager
def bridge() -> Iterator[None]:
    """A network for the machines, on which this machine is GATEWAY."""
    subprocess.run(["ip", "link", "delete", BRIDGE], check=False, capture_output=True)
    taken = subprocess.check_output(["ip", "route", "show", "root", f"{NETWORK}.0/24"], text=True)
    assert not taken, f"this machine uses {NETWORK}.0/24 itself, as no network should: {taken}"
    subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", f"{GATEWAY}/24", "dev", BRIDGE], check=True)
        subprocess.run(["ip", "link", "set", BRIDGE, "up"], check=True)
        yield
    finally:
        subprocess.run(["ip", "link", "delete", BRIDGE], check=True)
