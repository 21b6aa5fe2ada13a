"""The figures of `facet bench` as one JSON document; docs/performance.md explains its keys."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from device import __version__
from device.cli.bench.bare import NetworkFigures
from device.cli.bench.listener import Press
from device.cli.bench.machine_peak import MachinePeak
from device.cli.bench.spread import Spread
from device.system.machine import board, cores, processor

Document: TypeAlias = dict[str, Any]
"""Keys of before stay what they are: scripts of users read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigures:
    """What was measured of a node as it is.

    Attributes:
        bare: milliseconds of the networks alone, before each press.
        pressed: what each press cost.
        cpu_seconds_per_observation: of all that the node did for one.
        pressed_resident: bytes of memory right after the last press.
        resident: the same at rest.
        peak_resident: the most that it ever was.
        start_to_online: seconds.
        idle: the share of one core without a press.
    """

    bare: Sequence[float]
    pressed: Sequence[Press]
    cpu_seconds_per_observation: float
    pressed_resident: int
    resident: int
    peak_resident: int
    start_to_online: float
    idle: float


def document(
    node: NodeFigures,
    knowing: Sequence[Press],
    stored: Sequence[Mapping[str, float]],
    *,
    model: str,
    networks: Sequence[NetworkFigures],
    allocated: Mapping[str, float],
    peak: MachinePeak,
) -> Document:
    """Return the document.

    Args:
        node: the node as it is.
        knowing: what presses of a node cost that also recognises people.
        stored: what became of its observations; see node.read_times.
        model: the attribute network.
        networks: those that the picture makes run.
        allocated: the peak of each stage, in kilobytes.
        peak: the machine's.
    """
    stages = _by_stage([press.stages for press in knowing])
    stages |= _by_stage([press.stages for press in node.pressed]) | _by_stage(stored)
    measured = {
        "bare_ms": Spread.of(node.bare),
        "total_ms": Spread.of([press.total_ms for press in node.pressed]),
        "round_trip_ms": Spread.of([press.round_trip_ms for press in node.pressed]),
        "overhead_ratio": Spread.of(
            [press.total_ms / bare for press, bare in zip(node.pressed, node.bare, strict=True)]
        ),
    }
    spreads = {f"stages.{stage}": spread for stage, spread in stages.items()} | measured
    return {
        "stages": {stage: round(spread.median, 2) for stage, spread in stages.items()},
        "bare_ms": round(measured["bare_ms"].median, 2),
        "total_ms": round(measured["total_ms"].median, 2),
        "overhead_ratio": round(measured["total_ms"].median / measured["bare_ms"].median, 2),
        "round_trip_ms": round(measured["round_trip_ms"].median, 2),
        "rss_mb": round(node.resident / 1e6, 1),
        "start_to_online_s": round(node.start_to_online, 2),
        "idle_cpu_percent": round(node.idle * 100, 2),
        "pressed_rss_mb": round(node.pressed_resident / 1e6, 1),
        "peak_rss_mb": round(node.peak_resident / 1e6, 1),
        "cpu_seconds_per_observation": round(node.cpu_seconds_per_observation, 4),
        "allocated_kb": {stage: round(size) for stage, size in allocated.items()},
        "networks": {each.name: _network(each, peak) for each in networks},
        "machine": {
            "name": board() or processor(),
            "cores": cores(),
            "gflops": round(peak.gflops, 1),
            "gigabytes_a_second": round(peak.gigabytes_a_second, 1),
        },
        "model": model,
        "versions": {"facet": __version__, "python": platform.python_version()},
        "spread": {key: asdict(spread) for key, spread in spreads.items()},
    }


def _by_stage(measured: Sequence[Mapping[str, float]]) -> dict[str, Spread]:
    """Return the spread of each stage, in the order in which they come."""
    return {stage: Spread.of([each[stage] for each in measured]) for stage in measured[0]}


def _network(figures: NetworkFigures, peak: MachinePeak) -> dict[str, Any]:
    """Return what a network costs, and how near its quickest invocation comes to the peak of all cores."""
    gflop = figures.gflop
    gflops = None if gflop is None else gflop / (figures.least / 1000)
    return {
        "invocations": figures.times,
        "ms": round(figures.milliseconds, 2),
        "gflop": None if gflop is None else round(gflop, 3),
        "part_of_peak": None if gflops is None else round(gflops / peak.gflops, 2),
    }
