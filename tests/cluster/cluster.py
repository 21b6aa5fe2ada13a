"""Three RabbitMQs as a cluster, each in a network namespace, with the files of provisioning/brokers/rabbitmq."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.broker.mosquitto import wait_for
from tests.builds import built
from tests.child import Child
from tests.cluster.network import address_of, namespace_of, network
from tests.cluster.settings import MIRRORS, NEWEST, OLDEST, Release, write_settings

PORT = 1883
NAMES = ("member1", "member2", "member3")

# Seconds; Erlang starts slowly, and on a busy machine the three of them more so.
_START = 120.0


class Member(Child):
    """One member of a cluster.

    Attributes:
        name: its host name.
        address: where clients find it, on PORT.
    """

    _seconds_to_end = 60.0

    def __init__(self, folder: Path, name: str, address: str, root: Path, settings: Path) -> None:
        super().__init__(folder / f"{name}.log")
        self.name = name
        self.address = address
        self._root = root
        # Characters of its log that are of earlier starts.
        self._begun = 0
        data = folder / name
        data.mkdir()
        cookie = data / ".erlang.cookie"
        cookie.touch(0o600)
        cookie.write_text("FACET")
        cookie.chmod(0o400)
        program = Path(__file__).with_name("member")
        arguments = (name, namespace_of(name), root, settings, data, folder / "hosts")
        self._command = (str(program), *map(str, arguments))

    def start(self) -> None:
        """Start it without waiting: the first ones wait for the others."""
        self._begun = len(self.log) if self._log.exists() else 0
        self._run(*self._command)

    def wait_until_ready(self) -> None:
        """Wait until clients may come."""
        wait_for(self._is_ready, f"{self.name} is ready; its log: {self._log}", _START)

    def wait_until_joined(self, members: int) -> None:
        """Wait until so many members, with this one, see each other again."""
        command = "length(rabbit_nodes:list_running())."
        wait_for(
            lambda: self.control("eval", command).strip() == str(members),
            f"{members} members run",
            _START,
        )

    def kill(self) -> None:
        """End it as its power supply would."""
        assert self._process is not None, "it was not started"
        process, self._process = self._process, None
        process.kill()
        process.wait(self._seconds_to_end)

    def control(self, *arguments: str) -> str:
        """Return the output of rabbitmqctl there."""
        assert self._process is not None, "it was not started"
        [inside] = _children(self._process.pid)
        # In its namespaces; its files are in its own root there.
        command = ["nsenter", f"--target={inside}", "--all", "chroot", str(self._root)]
        environment = ["env", "--ignore-environment", "HOME=/var/lib/rabbitmq"]
        environment += ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
        environment += [f"RABBITMQ_NODENAME=rabbit@{self.name}"]
        program = ["/usr/lib/rabbitmq/bin/rabbitmqctl", "--quiet"]
        done = subprocess.run(
            [*command, *environment, *program, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def clients(self) -> set[str]:
        """Return the users who are connected with it over MQTT."""
        table = self.control("list_mqtt_connections", "--no-table-headers", "user", "host")
        rows = map(str.split, table.splitlines())
        return {user for user, host in rows if host.endswith(self.address)}

    @property
    def memory(self) -> float:
        """MB that it has in memory, all its processes together."""
        assert self._process is not None, "it was not started"
        return sum(map(_resident, _descendants(self._process.pid)))

    def _is_ready(self) -> bool:
        self._assert_runs()
        return " completed with " in self.log[self._begun :]

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Let it stop in good order."""
        for inside in _children(process.pid):
            # What unshare started is the first process of its namespace: a shell, which passes it on to Erlang.
            subprocess.run(["kill", f"-{signal.SIGTERM.value}", str(inside)], check=False)
        process.wait(self._seconds_to_end)


class Cluster:
    """Its members by number, from 0, and which RabbitMQ they all are."""

    def __init__(self, members: Iterable[Member], release: Release) -> None:
        self.members = tuple(members)
        self.release = release

    @property
    def addresses(self) -> list[str]:
        """Where clients find it, each on PORT."""
        return [member.address for member in self.members]


@contextmanager
def running_cluster(
    folder: Path, nodes: Iterable[str], release: Release = NEWEST
) -> Iterator[Cluster]:
    """Run a cluster of three until the end of the context.

    Args:
        folder: for all that it writes.
        nodes: the users who are nodes; the password of each user is its name.
        release: which RabbitMQ.
    """
    root = built("rabbitmq", release.suite) / "root"
    settings = folder / "etc"
    write_settings(settings, nodes, release)
    addresses = {name: address_of(number) for number, name in enumerate(NAMES, start=1)}
    lines = ["127.0.0.1 localhost", *(f"{address} {name}" for name, address in addresses.items())]
    (folder / "hosts").write_text("\n".join(lines) + "\n")
    with ExitStack() as stack:
        stack.enter_context(network(addresses))
        members = []
        for name, address in addresses.items():
            members.append(stack.enter_context(Member(folder, name, address, root, settings)))
            if release is OLDEST:
                # Of members that meet for the first time while they all start, one may refuse everybody for ever.
                members[0].wait_until_ready()
        for member in members:
            member.wait_until_ready()
        if release is OLDEST:
            members[0].control(*MIRRORS)
        yield Cluster(members, release)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _descendants(child)


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
