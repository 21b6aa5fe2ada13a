"""The archive for a bug report has what is needed, and no secrets."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from device import __version__
from device.cli.diagnostics import write_diagnostics
from device.errors import DiagnosticsError
from device.system.json_store import JsonStore

_SECRETS = ("hush-broker", "hush-camera", "hush-index", "hush-token")


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A node that has failed before, with a password wherever one can be."""
    document = {
        "node": {"id": "hall", "state_directory": str(tmp_path / "state")},
        "mqtt": {"host": "127.0.0.1", "port": 1, "username": "hall", "password": "hush-broker"},
        "camera": {"source": "rtsp://viewer:hush-camera@127.0.0.1:1/stream"},
        "updates": {"index": "https://hall:hush-index@127.0.0.1:1/index.json?token=hush-token"},
    }
    path = tmp_path / "facet.yaml"
    path.write_text(yaml.safe_dump(document))
    (tmp_path / "state").mkdir()
    JsonStore(tmp_path / "state" / "starts.json").save({"last_failure": "the worker hung"})
    return path


def test_the_archive_has_versions_settings_checks_and_the_last_failure(
    configuration: Path, tmp_path: Path
) -> None:
    """Everything that a maintainer asks for first."""
    archive = tmp_path / "report.zip"
    files = write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        assert bundle.namelist() == files
        system = json.loads(bundle.read("system.json"))
        settings = yaml.safe_load(bundle.read("facet.yaml"))
        checks = {check["part"]: check["works"] for check in json.loads(bundle.read("check.json"))}
        node = json.loads(bundle.read("node.json"))
    assert system["facet"] == __version__
    assert "paho-mqtt" in system["packages"]
    assert settings["node"]["id"] == "hall"
    assert checks["models"] is True
    assert checks["broker"] is False
    assert node["starts"] == {"last_failure": "the worker hung"}


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://viewer:hush-camera@127.0.0.1:1/stream",
        "http://127.0.0.1:1/snapshot.cgi?user=viewer&pwd=hush-camera",
        "http://127.0.0.1:1/snapshot.cgi?user=viewer@home&pwd=hush-camera",
    ],
)
def test_no_secret_is_in_the_archive(
    configuration: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """Neither the broker's password nor the one in the camera's URL; and only its owner can read the file."""
    document = yaml.safe_load(configuration.read_text())
    document["camera"]["source"] = source
    configuration.write_text(yaml.safe_dump(document))
    # A release that did not redact the query has logged at each of its starts.
    journal = tmp_path / "bin" / "journalctl"
    journal.parent.mkdir()
    journal.write_text(f"#!/bin/sh\necho 'Facet 0.1.0, node hall, camera {source}'\n")
    journal.chmod(0o755)
    monkeypatch.setenv("PATH", f"{journal.parent}:/usr/bin:/bin")
    archive = tmp_path / "report.zip"
    write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        content = b"".join(bundle.read(name) for name in bundle.namelist()).decode()
    assert "Facet 0.1.0, node hall, camera" in content
    for secret in _SECRETS:
        assert secret not in content
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_faulty_configuration_is_reported_in_its_place(tmp_path: Path) -> None:
    """Bug reports are mostly written when something is wrong."""
    configuration = tmp_path / "facet.yaml"
    configuration.write_text("mqtt: {hots: broker}\n'http://me:hush-camera@cam/1?pwd=hush': 1\n")
    archive = tmp_path / "report.zip"
    write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        faults = bundle.read("faults.txt").decode()
    assert "did you mean host?" in faults
    assert "http://cam/***" in faults
    assert "hush" not in faults


def test_a_place_that_cannot_be_written_is_named(configuration: Path, tmp_path: Path) -> None:
    """With the option that names it."""
    with pytest.raises(DiagnosticsError, match=r"--out .*missing/report\.zip cannot be written"):
        write_diagnostics(configuration, tmp_path / "missing" / "report.zip")


def test_an_archive_is_replaced_and_nothing_else(configuration: Path, tmp_path: Path) -> None:
    """A slip of the hand must not cost the configuration."""
    before = configuration.read_bytes()
    with pytest.raises(DiagnosticsError, match=r"facet\.yaml exists and is not an archive"):
        write_diagnostics(configuration, configuration)
    assert configuration.read_bytes() == before
    archive = tmp_path / "report.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("old.txt", "old")
    write_diagnostics(configuration, archive)
    with zipfile.ZipFile(archive) as bundle:
        assert "old.txt" not in bundle.namelist()
