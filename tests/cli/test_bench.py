"""What `facet bench` makes of its measurements; tests/broker/test_bench.py has it measure a node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from device.cli.app import app
from device.cli.bench import chosen_view
from device.cli.bench.bare import BareNetworks, NetworkFigures
from device.cli.bench.compare import comparison, read_document
from device.cli.bench.document import NodeFigures, document
from device.cli.bench.listener import Press
from device.cli.bench.machine_peak import MachinePeak
from device.cli.bench.markdown import header, row
from device.cli.bench.node import Broker, measured_node
from device.cli.bench.spread import Spread
from device.errors import BenchError
from device.networks.files import ZOO
from device.perception.runtime import Network

BENCHMARKS = Path(__file__).parents[2] / "docs/benchmarks.md"


def figures(total: float = 26.0) -> dict[str, Any]:
    """Return the document of a run whose presses cost so much."""
    peak = MachinePeak()
    peak.gflops, peak.gigabytes_a_second = 100.0, 10.0
    presses = [
        Press({"detect": 4.0, "total": total - 1}, total * k, total * k + 3) for k in (0.9, 1, 1.1)
    ]
    node = NodeFigures(
        bare=[19.0, 20.0, 21.0],
        pressed=presses,
        cpu_seconds_per_observation=0.03,
        pressed_resident=105_000_000,
        resident=100_000_000,
        peak_resident=110_000_000,
        start_to_online=1.5,
        idle=0.001,
    )
    return document(
        node,
        [Press({"detect": 5.0, "recognition": 6.0}, 33.0, 36.0)],
        [{"store": 1.0, "publish": 0.5, "acknowledged": 4.0}],
        model="attributes",
        networks=[NetworkFigures("attributes", 2, 10.0, 8.0, 0.8)],
        allocated={"detect": 3000.0},
        peak=peak,
    )


def test_a_run_has_all_stages_and_those_of_a_node_as_it_is_count() -> None:
    """What the second node does beside is no reason to take its word for what the first one does as well."""
    stages = figures()["stages"]
    assert stages == {
        "detect": 4.0,
        "recognition": 6.0,
        "total": 25.0,
        "store": 1.0,
        "publish": 0.5,
        "acknowledged": 4.0,
    }


def test_a_press_is_put_beside_the_networks_and_the_networks_beside_the_machine() -> None:
    """26 ms with 20 ms of networks; 0.8 billion operations in 8 ms of a machine that does 100 a second."""
    run = figures()
    assert run["overhead_ratio"] == 1.3
    assert run["networks"]["attributes"]["part_of_peak"] == 1.0


def test_a_difference_within_the_noise_is_called_noise() -> None:
    """The quartiles of these presses are a tenth apart: a twentieth more is nothing, half more is something."""
    lines = {
        line.split()[0]: line for line in comparison(figures(), figures(27.0)).splitlines()[1:]
    }
    assert "noise" in lines["total_ms"]
    lines = {
        line.split()[0]: line for line in comparison(figures(), figures(39.0)).splitlines()[1:]
    }
    assert "noise" not in lines["total_ms"]
    assert lines["total_ms"].split()[-1] == "1.50"


def test_a_document_of_an_older_facet_is_compared_as_far_as_it_goes() -> None:
    """It has fewer keys, and says nothing of its noise."""
    compared = comparison({"bare_ms": 10, "stages": {"detect": 8.0}}, figures())
    assert [line.split()[0] for line in compared.splitlines()[1:]] == ["stages.detect", "bare_ms"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", "\xff"])
def test_what_is_no_run_is_an_error_that_names_the_file(
    tmp_path: Path, content: str | None
) -> None:
    """And how to get one."""
    file = tmp_path / "other.json"
    if content is not None:
        file.write_text(content, encoding="latin-1")
    with pytest.raises(BenchError, match=r"--compare .*other\.json: .*facet bench --json"):
        read_document(file)


def test_only_one_form_is_printed(tmp_path: Path) -> None:
    """Two together would be neither."""
    with pytest.raises(BenchError, match="give one of them"):
        chosen_view(as_json=True, as_markdown=True, compared_with=None)
    file = tmp_path / "other.json"
    file.write_text(json.dumps(figures()))
    compare = chosen_view(as_json=False, as_markdown=False, compared_with=file)
    assert "total_ms" in compare(figures())


def test_the_table_of_memory_is_no_run_to_compare() -> None:
    """Neither is left out in silence."""
    options = ["bench", "--memory", "--compare", "before.json"]
    ended = CliRunner().invoke(app, options)
    assert isinstance(ended.exception, BenchError)
    assert "--memory has neither --markdown nor --compare" in str(ended.exception)


def test_the_measured_node_has_the_network_that_the_path_means_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file lies elsewhere, and a path in it would begin there."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "node"
    with measured_node(Broker("127.0.0.1", 1), Path("face.jpg"), "own.tflite", folder):
        pass
    attributes = yaml.safe_load((folder / "facet.yaml").read_text())["attributes"]
    assert attributes == {"model": str(tmp_path / "own.tflite")}


def test_a_row_fits_the_table_of_the_documentation() -> None:
    """Owners add theirs below the others."""
    assert header() in BENCHMARKS.read_text(encoding="utf-8")
    assert row(figures()).count("|") == header().splitlines()[0].count("|")


def test_the_spread_of_measurements() -> None:
    """Of a hundred, from 1 to 100."""
    spread = Spread.of(range(1, 101))
    assert (spread.median, spread.least) == (50.5, 1.0)
    assert spread.p95 == pytest.approx(95, abs=1)
    assert spread.noise == pytest.approx(49.5 / 50.5, abs=0.001)


def test_the_peak_is_the_best_of_all_attempts() -> None:
    """It never falls."""
    peak = MachinePeak()
    peak.attempt()
    first = peak.gflops, peak.gigabytes_a_second
    peak.attempt()
    assert 0 < first[0] <= peak.gflops
    assert 0 < first[1] <= peak.gigabytes_a_second


def test_the_bare_networks_run_as_often_as_the_picture_makes_them() -> None:
    """Those that it does not concern are left out; their operations are counted from the file."""
    lite = Network.load(ZOO / "attributes-lite.tflite")
    other = Network.load(ZOO / "face_detection_short_range.tflite")
    bare = BareNetworks([(lite, 2), (other, 0)])
    bare.run()
    bare.run()
    assert (lite.invocations, other.invocations) == (4, 0)
    assert len(bare.milliseconds) == 2
    (only,) = bare.networks()
    assert (only.name, only.times) == ("attributes-lite", 2)
    assert only.gflop == pytest.approx(2 * 75_400_448 / 1e9)
    assert 0 < only.least <= only.milliseconds
