"""The figures as a chart; runs in an environment that has matplotlib, and knows nothing else of this project."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

mpl.use("Agg")

_BLUE, _GREY, _RED = "#1f6f8b", "#b8b8b8", "#b3382c"
_RESOLUTION = 100


def draw(run: dict[str, Any], path: Path) -> None:
    """Draw time, memory, start and faces of all rivals.

    Args:
        run: the JSON document of a measurement.
        path: of the picture.
    """
    rivals = run["rivals"][::-1]  # the first one on top
    names = [rival["title"].replace("`", "") for rival in rivals]
    colors = [_BLUE if rival["is_facet"] else _GREY for rival in rivals]
    _figure, (time, cpu, memory, start, faces) = plt.subplots(
        1, 5, figsize=(14, 0.45 * len(rivals) + 1.2), sharey=True
    )
    for axes, key, title in (
        (time, "median_ms", "ms per picture"),
        (cpu, "cpu_ms", "CPU ms per picture"),
        (memory, "peak_mb", "peak memory, MB"),
        (start, "start_seconds", "start to first answer, s"),
    ):
        values = [rival[key] for rival in rivals]
        bars = axes.barh(names, values, color=colors)
        axes.bar_label(bars, fmt="%.3g", fontsize=8, padding=3)
        axes.margins(x=0.25)
        _dress(axes, title)
    _draw_faces(faces, names, rivals)
    plt.tight_layout()
    plt.savefig(path, dpi=_RESOLUTION)
    plt.close()


def _draw_faces(axes: Axes, names: list[str], rivals: list[dict[str, Any]]) -> None:
    left = [0] * len(rivals)
    parts = (("found", _BLUE), ("missed", _GREY), ("false", _RED))
    for part, color in parts:
        values = [rival["faces"][part] for rival in rivals]
        axes.barh(names, values, left=left, color=color, label=part)
        left = [a + b for a, b in zip(left, values, strict=True)]
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
    _dress(axes, "faces")


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=9)
    axes.tick_params(labelsize=8)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
