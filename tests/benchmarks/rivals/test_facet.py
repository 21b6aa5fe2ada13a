"""The whole measurement with Facet alone: the rivals themselves are too heavy for the tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.errors import BenchmarkError
from benchmarks.rivals.__main__ import app
from benchmarks.rivals.environments import Node, Python
from benchmarks.rivals.rivals import RIVALS
from device.cli.demo.portrait import write_portrait

_HEAVY = [
    word for rival in RIVALS if rival.key != "attributes-lite" for word in ("--without", rival.key)
]


def test_facet_is_measured_on_a_portrait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started, asked, and written down; `facet classify` sees the same face."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    images = tmp_path / "images"
    images.mkdir()
    write_portrait(images)
    (tmp_path / "labels.csv").write_text("file,n_faces,Smiling\nportrait.jpg,1,1\n")
    out = tmp_path / "out.json"
    done = CliRunner().invoke(
        app, ["--photos", str(tmp_path), "--rounds", "1", "--json", str(out), *_HEAVY]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(out.read_text())
    [facet] = document["rivals"]
    assert facet["key"] == "attributes-lite"
    assert facet["faces"] == {"found": 1, "missed": 0, "false": 0}
    assert facet["says"]["Smiling"] == {"right": 1, "wrong": 0, "unanswered": 0}
    assert 0 < facet["median_ms"] < 1000 * facet["start_seconds"]
    assert facet["resident_mb"] <= facet["peak_mb"]
    assert document["classified"]["attributes-lite"]["same_faces"] == 1
    assert "| Facet, `attributes-lite` | 1 | 0 | 0 | 1 |" in done.output


def test_a_rival_that_does_not_exist_is_refused_before_anything_is_installed(
    tmp_path: Path,
) -> None:
    """The names that exist are listed."""
    done = CliRunner().invoke(app, ["--photos", str(tmp_path), "--without", "frigate"])
    assert isinstance(done.exception, BenchmarkError)
    assert "frigate is none of attributes, attributes-lite, original" in str(done.exception)


def test_node_that_is_missing_is_named_with_the_way_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other rivals need no Node.js."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BenchmarkError, match=r"human needs Node.js .*--without human"):
        Node("human").install()


def test_an_installer_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name of the rival, and without an environment that looks whole."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bash").write_text("#!/bin/sh\necho no matching distribution >&2\nexit 1\n")
    (tmp_path / "bash").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for _ in range(2):
        with pytest.raises(
            BenchmarkError,
            match=r"(?s)dlib needs cannot .*no matching distribution.*--without dlib",
        ):
            Python("dlib").install()


def test_every_rival_is_installed_with_exact_versions() -> None:
    """Nothing is taken as new as it happens to be."""
    environments = [rival.environment for rival in RIVALS]
    files = [each.requirements for each in environments if isinstance(each, Python)]
    assert len(files) == 3
    for file in files:
        lines = file.read_text().splitlines()
        assert lines
        assert all("==" in line for line in lines)
