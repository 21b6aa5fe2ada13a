"""What a press costs, measured at a real broker next to what the bare networks cost in the same run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.broker.mosquitto import Mosquitto

pytestmark = pytest.mark.broker

_KEYS = {
    "stages",
    "bare_ms",
    "total_ms",
    "overhead_ratio",
    "round_trip_ms",
    "rss_mb",
    "start_to_online_s",
    "idle_cpu_percent",
}
"""What scripts of users read since the first release with this command."""
_STAGES = {
    "capture",
    "detect",
    "align",
    "attributes",
    "facial_hair",
    "recognition",
    "decide",
    "total",
    "store",
    "publish",
    "acknowledged",
}


def _bench(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "device", "bench", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.timed
def test_a_press_costs_about_twice_its_networks_at_most(broker: Mosquitto) -> None:
    """The commit to the disk included; at rest the node fits into 100 MB and sleeps."""
    ended = _bench("--broker", f"127.0.0.1:{broker.port}")
    assert ended.returncode == 0, ended.stderr
    figures = json.loads(ended.stdout)
    print(figures)
    assert figures.keys() >= _KEYS
    assert figures["stages"].keys() == _STAGES
    # 1.5 where the disk is quiet; a commit may take as long as the networks where it is not.
    assert figures["overhead_ratio"] <= 2.2
    # How much more it is while it is pressed depends on the kernel; see test_size.
    assert figures["rss_mb"] < min(100, figures["pressed_rss_mb"])
    # 0.2 where a processor is not shared, 0.5 on one that is half as fast; a tenth is one tick of the kernel's clock.
    assert figures["idle_cpu_percent"] < 1.5
    assert 0 < figures["cpu_seconds_per_observation"] < 1
    # Of a peak in floats: a processor multiplies four bytes where it multiplies one float.
    assert all(0 < each["part_of_peak"] < 4 for each in figures["networks"].values())


def test_a_picture_without_a_face_is_a_line_not_a_traceback(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """The error says what the node answered, and what to give instead."""
    grey = tmp_path / "grey.png"
    cv2.imwrite(str(grey), np.full((480, 640, 3), 127, np.uint8))
    model = ("--model", "attributes-lite")
    ended = _bench(
        "--broker", f"127.0.0.1:{broker.port}", "--picture", grey, "--presses", "1", *model
    )
    assert ended.returncode == 1
    assert "the node answered no_face; give a picture with one clear face" in ended.stderr
    assert "Traceback" not in ended.stderr
