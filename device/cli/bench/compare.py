"""Two documents of `facet bench`, figure by figure: what is another one, and what is noise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from device.errors import BenchError

# Of what is measured once a run. Two runs of one version on one machine differ by this much.
_NOISE_OF_ONE_MEASUREMENT = 0.1
# The resting node uses so little that a tick of the kernel's clock is a large share of it.
_NOISE = {"idle_cpu_percent": 1.0}
_LOWEST_NOISE = 0.02
# What a run is made of, and not what it measures.
_NOT_COMPARED = ("spread", "versions")


def read_document(path: Path) -> dict[str, Any]:
    """Read what `facet bench --json` printed in another run.

    Raises:
        BenchError: the file cannot be read, or is something else.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"--compare {path}: {reason}; give a file that `facet bench --json` has printed"
        raise BenchError(message) from error
    if not isinstance(document, dict) or "bare_ms" not in document:
        message = f"--compare {path}: it has no bare_ms; give a file that `facet bench --json` has printed"
        raise BenchError(message)
    return document


def comparison(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return a line for each figure that both documents have: both values, their ratio, and whether it is noise."""
    old, new = dict(_figures(before)), dict(_figures(now))
    keys = [key for key in new if key in old]
    width = max(map(len, keys))
    lines = [f"{'':{width}}  {'before':>10} {'now':>10}  ratio"]
    for key in keys:
        ratio = new[key] / old[key] if old[key] else None
        noise = max(_noise(before, key), _noise(now, key))
        shown = "    -" if ratio is None else f"{ratio:5.2f}"
        is_noise = new[key] == old[key] if ratio is None else abs(ratio - 1) <= noise
        remark = f"  noise (less than {noise:.0%})" if is_noise else ""
        lines.append(f"{key:{width}}  {old[key]:10.2f} {new[key]:10.2f}  {shown}{remark}")
    return "\n".join(lines)


def _figures(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield each number of a document, under its path."""
    for key, value in document.items():
        match value:
            case dict() if key not in _NOT_COMPARED:
                yield from _figures(value, f"{prefix}{key}.")
            case bool():
                pass
            case int() | float():
                yield f"{prefix}{key}", float(value)


def _noise(document: Mapping[str, Any], key: str) -> float:
    measured = document.get("spread", {}).get(key)
    if measured is None:
        return _NOISE.get(key, _NOISE_OF_ONE_MEASUREMENT)
    return max(float(measured["noise"]), _LOWEST_NOISE)
