"""A virtual Pi: Debian under qemu's emulation, with GPIO lines and a camera that the kernel takes for real."""

from __future__ import annotations

import subprocess
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tests.broker.mosquitto import free_port, wait_for

_BUILD = Path(__file__).with_name("build")
# Seconds. A boot takes half a minute on an idle computer, and so does a restart of the node.
_BOOT, _COMMAND = 480.0, 180.0


@cache
def disk() -> Path:
    """Return the folder of what a machine starts from; minutes when it is not built yet.

    Raises:
        AssertionError: it cannot be built.
    """
    built = subprocess.run([_BUILD], stdout=subprocess.PIPE, text=True, check=False)
    assert built.returncode == 0, f"{_BUILD} fails; see above for its reasons"
    return Path(built.stdout.strip())


class Machine:
    """One virtual Pi, whose disk is as new each time. Leaving the context ends it.

    Attributes:
        broker_port: of this computer; leads to the broker inside.

    Args:
        stick: a folder that it sees as /media/stick and cannot write to.
        console: a file for what it says on its serial line.
    """

    def __init__(self, stick: Path, console: Path) -> None:
        self.broker_port = free_port()
        self._shell_port = free_port()
        self._stick = stick
        self._console = console
        self._process: subprocess.Popen[bytes] | None = None
        # Short, as names of sockets must be.
        self._sockets = TemporaryDirectory(prefix="facet-")

    def run(self, command: str, patience: float = _COMMAND) -> str:
        """Run a command for bash as root, and return what it wrote; it must succeed."""
        done = self.attempt(command, patience)
        assert done.returncode == 0, f"{command!r} fails with {done.returncode}:\n{done.stdout}"
        return done.stdout.strip()

    def attempt(self, command: str, patience: float = _COMMAND) -> subprocess.CompletedProcess[str]:
        """As run, for one that may fail; 255 when the machine does not answer."""
        return subprocess.run(
            [*self._ssh, "root@127.0.0.1", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=patience,
            check=False,
        )

    def press(self) -> float:
        """Press the button once, and return when, in seconds since 1970."""
        return float(self.run("line 17 low:1 high:0.5"))

    def reboot(self) -> None:
        """Let it start anew, and wait until it answers."""
        before = self._boot()
        self.run("systemctl reboot --no-block")
        wait_for(lambda: self._boot() not in {"", before}, "the machine is back", _BOOT)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        found = disk()
        network = (
            f"user,id=network,restrict=on,hostfwd=tcp:127.0.0.1:{self._shell_port}-:22,"
            f"hostfwd=tcp:127.0.0.1:{self.broker_port}-:1883"
        )
        options = {
            # Hardware that helps with virtual machines is not everywhere, least of all in CI.
            "accel": "tcg,thread=multi",
            "cpu": "max",
            "smp": "2",
            "m": "2048",
            "display": "none",
            "monitor": "none",
            "serial": f"file:{self._console}",
            "kernel": found / "vmlinuz",
            "initrd": found / "initrd.img",
            "append": "root=LABEL=root rw console=ttyS0 quiet mitigations=off",
            "drive": f"file={found / 'disk.img'},format=raw,if=virtio,snapshot=on,cache=unsafe",
            "netdev": network,
            "virtfs": f"local,path={self._stick},mount_tag=stick,security_model=none,readonly=on",
        }
        devices = ("virtio-net-pci,netdev=network,romfile=", "virtio-rng-pci")
        arguments = [
            *(str(part) for name, value in options.items() for part in (f"-{name}", value)),
            *(part for device in devices for part in ("-device", device)),
        ]
        self._process = subprocess.Popen(["qemu-system-x86_64", "-nodefaults", *arguments])
        wait_for(self._answers, f"the machine answers; its console: {self._console}", _BOOT)

    def stop(self) -> None:
        """Pull the plug."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _ssh(self) -> list[str]:
        settings = {
            "BatchMode": "yes",
            "ConnectTimeout": "10",
            "ControlMaster": "auto",
            "ControlPath": f"{self._sockets.name}/%p",
            "ControlPersist": "yes",
            "LogLevel": "ERROR",
            "ServerAliveInterval": "5",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
        }
        return [
            *("ssh", "-F", "none", "-i", str(disk() / "key"), "-p", str(self._shell_port)),
            *(part for name, value in settings.items() for part in ("-o", f"{name}={value}")),
        ]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._console.read_text(errors="replace")[-3000:]
        return self._boot() != ""

    def _boot(self) -> str:
        """Return what no other start of the machine has; empty while it does not answer."""
        answer = self.attempt("cat /proc/sys/kernel/random/boot_id")
        if answer.returncode != 0:
            time.sleep(1)
            return ""
        return answer.stdout

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        self._sockets.cleanup()
