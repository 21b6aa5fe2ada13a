"""A fleet of simulated nodes, spread over some processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Self

from tests.cluster.simulated import Report, configuration, run_nodes

# Python runs one thread at a time; more nodes than that would wait for each other.
_MOST_A_PROCESS = 125
# Between two questions to all nodes.
_LOOK_SECONDS = 0.2
# Seconds to wait for the end of a process.
_END = 120.0


def names(count: int) -> list[str]:
    """Return the nodes' names, which are their users too."""
    return [f"node{number:04}" for number in range(count)]


class Fleet:
    """Nodes that run until the end of the context.

    Args:
        folder: for their state directories.
        nodes: their names.
        mqtt: the section of all of them, without user and password.

    Attributes:
        observed: when each observation was made, by its id, on the machine's monotonic clock.
        left: how many observations were never confirmed, once the nodes have ended.
    """

    def __init__(self, folder: Path, nodes: Sequence[str], mqtt: Mapping[str, object]) -> None:
        self.nodes = tuple(nodes)
        self.observed: dict[str, float] = {}
        self.left = 0
        self._rate = 0.0
        self._processes: list[tuple[BaseProcess, Connection]] = []
        self._documents = [configuration(folder, name, mqtt) for name in nodes]

    @property
    def connected(self) -> int:
        """How many nodes say that they have a connection."""
        return sum(report.connected for report in self._ask(self._rate))

    @property
    def waiting(self) -> int:
        """How many observations have waited for the broker for a while."""
        return sum(report.waiting for report in self._ask(self._rate))

    def press(self, rate: float) -> None:
        """Press some node's button, so many times a second, from now on."""
        self._rate = rate
        self._ask(rate)

    def wait_until_connected(self, patience: float) -> None:
        """Wait until all nodes say that they have a connection."""
        end = monotonic() + patience
        while (connected := self.connected) < len(self.nodes):
            assert monotonic() < end, f"{connected} of {len(self.nodes)} nodes are connected"
            sleep(_LOOK_SECONDS)

    @property
    def memory(self) -> float:
        """MB that a node has of its process's memory."""
        pages = [Path(f"/proc/{process.pid}/statm") for process, _ in self._processes]
        return sum(int(each.read_text().split()[1]) * 4 / 1024 for each in pages) / len(self.nodes)

    def end(self) -> None:
        """Let all nodes end in good order."""
        for _, orders in self._processes:
            orders.send(None)
        for process, orders in self._processes:
            assert orders.poll(_END), "nodes do not end"
            left, observed = orders.recv()
            self.left += left
            self.observed |= observed
            process.join(_END)
        self._processes.clear()

    def __enter__(self) -> Self:
        context = get_context("spawn")
        for first in range(0, len(self._documents), _MOST_A_PROCESS):
            ours, theirs = context.Pipe()
            documents = self._documents[first : first + _MOST_A_PROCESS]
            process = context.Process(
                target=run_nodes, args=(theirs, documents, first), daemon=True
            )
            process.start()
            theirs.close()
            self._processes.append((process, ours))
        return self

    def __exit__(self, *_: object) -> None:
        for process, orders in self._processes:
            process.kill()
            process.join()
            orders.close()

    def _ask(self, rate: float) -> list[Report]:
        for _, orders in self._processes:
            orders.send(rate / len(self._processes))
        reports: list[Report] = [orders.recv() for _, orders in self._processes]
        for report in reports:
            self.observed |= report.observed
        return reports
