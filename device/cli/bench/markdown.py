"""A run as one row of the table in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Cell: TypeAlias = Callable[[Mapping[str, Any]], str]

_MEMORY = ("rss_mb", "pressed_rss_mb", "peak_rss_mb")
_COLUMNS: tuple[tuple[str, Cell], ...] = (
    ("machine", lambda run: f"{run['machine']['name']}, {run['machine']['cores']} cores"),
    ("Facet, Python", lambda run: f"{run['versions']['facet']}, {run['versions']['python']}"),
    ("network", lambda run: f"`{run['model']}`"),
    ("bare", lambda run: _median_and_least(run, "bare_ms")),
    ("total", lambda run: _median_and_least(run, "total_ms")),
    ("ratio", lambda run: f"{run['overhead_ratio']:.2f}"),
    ("p95", lambda run: f"{run['spread']['total_ms']['p95']:.1f} ms"),
    ("CPU", lambda run: f"{run['cpu_seconds_per_observation'] * 1000:.0f} ms"),
    ("memory", lambda run: f"{', '.join(f'{run[key]:.0f}' for key in _MEMORY)} MB"),
    ("start", lambda run: f"{run['start_to_online_s']:.1f} s"),
    ("idle", lambda run: f"{run['idle_cpu_percent']:.1f} %"),
    ("peak", lambda run: f"{run['machine']['gflops']:.0f} GFLOP/s"),
    ("copy", lambda run: f"{run['machine']['gigabytes_a_second']:.1f} GB/s"),
)


def header() -> str:
    """Return the two lines above the rows."""
    titles = [title for title, _ in _COLUMNS]
    return f"{_line(titles)}\n{'|---' * len(titles)}|"


def row(run: Mapping[str, Any]) -> str:
    """Return the row of a run.

    Args:
        run: its document.
    """
    return _line([cell(run) for _, cell in _COLUMNS])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _median_and_least(run: Mapping[str, Any], key: str) -> str:
    return f"{run[key]:.1f} ({run['spread'][key]['least']:.1f}) ms"
