"""What a node's memory is made of."""

from __future__ import annotations

import json
import subprocess
import sys

from device.cli.memory.table import NETWORKS, measure

# In millions of bytes, above what was measured by a tenth: it grows with Python and the libraries.
_MOST_ANONYMOUS = {"attributes": 86, "attributes-lite": 72}
_PARTS = {
    "numpy",
    "OpenCV",
    "paho",
    "pydantic",
    "Facet",
    "TFLite",
    "face_detection_full_range_wide",
}


def test_memory_is_known_by_import_and_by_network() -> None:
    """Each part of it has a row, and what they come to is what a node needs before it looks at anything."""
    found = measure(rounds=1)
    assert set(found) == set(NETWORKS)
    for network, rows in found.items():
        assert {row["step"] for row in rows} >= {*_PARTS, network}
        together = sum(row["anonymous_mb"] for row in rows)
        print(network, together)
        assert together < _MOST_ANONYMOUS[network]


def test_the_bench_prints_it_as_json() -> None:
    """For scripts: for each of the networks one list of rows."""
    command = [sys.executable, "-m", "device", "bench", "--memory", "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=110, check=True)
    rows = json.loads(printed.stdout)["attributes"]
    assert rows[0]["step"] == "Python"
    assert all(row["rss_mb"] >= 0 for row in rows)
