"""A virtual Pi: Debian emulated by qemu, with GPIO lines and a camera that the kernel sees as real."""

from __future__ import annotations

import shlex
import subprocess
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.broker.mosquitto import free_port, wait_for
from tests.child import Child
from tests.ssh import ssh_options

_BUILD = Path(__file__).with_name("build")
# Seconds. A boot takes half a minute on an idle computer, and so does a restart of the node.
_BOOT, _COMMAND = 480.0, 180.0
_NODES_LOG = "journalctl --unit facet --lines 40 --no-pager"


@cache
def disk() -> Path:
    """Return the folder of what a machine starts from; minutes when it is not built yet.

    Raises:
        AssertionError: it cannot be built.
    """
    built = subprocess.run([_BUILD], stdout=subprocess.PIPE, text=True, check=False)
    assert built.returncode == 0, f"{_BUILD} fails; see above for its reasons"
    return Path(built.stdout.strip())


class Machine(Child):
    """One virtual Pi, with a fresh disk each time. Leaving the context ends it.

    Attributes:
        broker_port: of this computer; leads to the broker inside.

    Args:
        usb_drive: a folder that it sees as /media/usb and cannot write to.
        facet: image of a file system that it sees as /opt/facet; what it writes to it is not kept.
        console: a file for the output of its serial line.
    """

    def __init__(self, usb_drive: Path, facet: Path, console: Path) -> None:
        super().__init__(console)
        self.broker_port = free_port()
        self._shell_port = free_port()
        self._usb_drive = usb_drive
        self._facet = facet
        # Short, as names of sockets must be.
        self._sockets = TemporaryDirectory(prefix="facet-")

    def run(self, command: str, patience: float = _COMMAND) -> str:
        """Run a command for bash as root, and return what it wrote; it must succeed."""
        done = self.attempt(command, patience)
        assert done.returncode == 0, (
            f"{command!r} fails with {done.returncode}:\n{done.stdout}\n"
            f"{self.attempt(_NODES_LOG).stdout}"
        )
        return done.stdout.strip()

    def run_script(self, script: Path, *arguments: str) -> str:
        """Run a script for Python as root, and return what it wrote; it must succeed."""
        command = shlex.join(("python3", "-", *arguments))
        return self.run(f"{command} <<'END_OF_SCRIPT'\n{script.read_text()}\nEND_OF_SCRIPT")

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
        """Restart it, and wait until it answers."""
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
            # Without fused multiplications: qemu emulates each in software, which makes networks ten times as slow.
            "cpu": "Nehalem",
            "smp": "2",
            "m": "2048",
            "display": "none",
            "monitor": "none",
            "chardev": f"file,id=console,path={self._log},append=on",
            "serial": "chardev:console",
            "kernel": found / "vmlinuz",
            "initrd": found / "initrd.img",
            "append": "root=LABEL=root rw console=ttyS0 quiet mitigations=off",
            "netdev": network,
            "virtfs": f"local,path={self._usb_drive},mount_tag=usb,security_model=none,readonly=on",
        }
        devices = ("virtio-net-pci,netdev=network,romfile=", "virtio-rng-pci")
        drives = found / "disk.img", self._facet
        how = "format=raw,if=virtio,snapshot=on,cache=unsafe"
        arguments = [
            *(part for drive in drives for part in ("-drive", f"file={drive},{how}")),
            *(str(part) for name, value in options.items() for part in (f"-{name}", value)),
            *(part for device in devices for part in ("-device", device)),
        ]
        self._run("qemu-system-x86_64", "-nodefaults", *arguments)
        wait_for(self._answers, f"the machine answers; its console: {self._log}", _BOOT)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Pull the plug."""
        process.kill()
        process.wait()
        self._sockets.cleanup()

    @property
    def _ssh(self) -> list[str]:
        options = ssh_options(
            disk() / "key",
            ConnectTimeout="10",
            ControlMaster="auto",
            ControlPath=f"{self._sockets.name}/%p",
            ControlPersist="yes",
            Port=str(self._shell_port),
            ServerAliveInterval="5",
        )
        return ["ssh", *options]

    def _answers(self) -> bool:
        self._assert_runs()
        return self._boot() != ""

    def _boot(self) -> str:
        """Return an id of this boot; empty while the machine does not answer."""
        answer = self.attempt("cat /proc/sys/kernel/random/boot_id")
        if answer.returncode != 0:
            time.sleep(1)
            return ""
        return answer.stdout
