"""The bare networks: what no program could do without, measured beside the node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from device.perception.runtime import Network


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """What one network costs for the picture.

    Attributes:
        name: of its file.
        times: how often the picture makes it run.
        milliseconds: of one invocation, the median.
        least: of the quickest one.
        gflop: billions of operations of one invocation; None where TFLite does not tell.
    """

    name: str
    times: int
    milliseconds: float
    least: float
    gflop: float | None


class BareNetworks:
    """Invokes the networks as often as one frame makes the node invoke them, and does nothing else.

    Args:
        invocations: see Perception.invocations.

    Attributes:
        milliseconds: that each run has taken.
    """

    def __init__(self, invocations: Sequence[tuple[Network, int]]) -> None:
        self._invocations = [(network, times) for network, times in invocations if times]
        self._each: list[list[float]] = [[] for _ in self._invocations]
        self.milliseconds: list[float] = []

    def run(self) -> None:
        """Invoke all of them once more."""
        total = 0.0
        for (network, times), each in zip(self._invocations, self._each, strict=True):
            for _ in range(times):
                start = perf_counter()
                network.invoke()
                each.append((perf_counter() - start) * 1000)
            total += sum(each[-times:])
        self.milliseconds.append(total)

    def networks(self) -> list[NetworkFigures]:
        """Return what each of them costs; to be called after run()."""
        return [
            NetworkFigures(network.path.stem, times, median(each), min(each), _gflop(network))
            for (network, times), each in zip(self._invocations, self._each, strict=True)
        ]


def _gflop(network: Network) -> float | None:
    # A multiplication and an addition are two operations.
    count = network.multiplications
    return None if count is None else 2 * count / 1e9
