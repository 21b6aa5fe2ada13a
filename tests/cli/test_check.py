"""`facet check` on good and bad configurations, with the real parts behind it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from device.cli.check import Trial, check, trials
from device.config import (
    AttributeSettings,
    CameraSettings,
    Config,
    MqttSettings,
    NodeSettings,
    UpdateSettings,
)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this machine on which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield int(bound.getsockname()[1])


@pytest.fixture
def config(tmp_path: Path, silent_port: int) -> Config:
    """A node with a picture for a camera; its broker is not running."""
    picture = tmp_path / "picture.png"
    Pillow.fromarray(np.zeros((120, 160, 3), np.uint8)).save(picture)
    return Config(
        node=NodeSettings(state_directory=tmp_path / "state"),
        mqtt=MqttSettings(host="127.0.0.1", port=silent_port),
        camera=CameraSettings(source=str(picture)),
    )


def _by_part(config: Config) -> dict[str, Trial]:
    return {trial.part: trial for trial in trials(config)}


def test_every_part_is_tried_whatever_the_others_do(config: Config) -> None:
    """A broker that is not there does not hide that the camera works."""
    tried = _by_part(config)
    assert {part: trial.works for part, trial in tried.items()} == {
        "broker": False,
        "camera": True,
        "pins": True,
        "status LED": True,
        "models": True,
        "state directory": True,
        "updates": True,
    }
    assert "160x120" in tried["camera"].detail
    assert "none configured" in tried["pins"].detail
    assert "40 attributes" in tried["models"].detail


def test_a_broker_that_is_not_there_is_named_with_its_port(config: Config) -> None:
    """And with what to look at next."""
    detail = _by_part(config)["broker"].detail
    assert f"127.0.0.1:{config.mqtt.port}" in detail
    assert "mqtt.port" in detail


def test_a_camera_that_gives_no_picture_is_named(config: Config, tmp_path: Path) -> None:
    """With the setting to correct."""
    missing = config.model_copy(update={"camera": CameraSettings(source=str(tmp_path / "no.jpg"))})
    trial = _by_part(missing)["camera"]
    assert not trial.works
    assert "camera.source" in trial.detail


def test_a_model_that_is_missing_is_named(config: Config, tmp_path: Path) -> None:
    """With the setting to correct."""
    missing = AttributeSettings(model=str(tmp_path / "no.tflite"))
    trial = _by_part(config.model_copy(update={"attributes": missing}))["models"]
    assert not trial.works
    assert "attributes.model" in trial.detail


def test_what_the_index_offers_is_said(config: Config, tmp_path: Path) -> None:
    """And whether Home Assistant may install it; an index that is not there is named."""
    index = tmp_path / "index.json"
    index.write_text('{"format": 1}')
    updates = UpdateSettings(index=index.as_uri())
    looked = config.model_copy(update={"updates": updates})
    assert "only shows nothing yet" in _by_part(looked)["updates"].detail
    index.unlink()
    trial = _by_part(looked)["updates"]
    assert not trial.works
    assert "updates.index" in trial.detail


def test_a_state_directory_that_is_a_file_is_named(config: Config, tmp_path: Path) -> None:
    """With the setting to correct."""
    (tmp_path / "file").touch()
    node = NodeSettings(state_directory=tmp_path / "file" / "state")
    trial = _by_part(config.model_copy(update={"node": node}))["state directory"]
    assert not trial.works
    assert "node.state_directory" in trial.detail


def test_checking_leaves_no_state_directory_behind(config: Config, tmp_path: Path) -> None:
    """Made by root, the node's own user could not write to it."""
    _by_part(config)
    assert not (tmp_path / "state").exists()


def test_a_faulty_configuration_prints_its_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One a line, unbroken, and nothing else is tried."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: b}\ncamera:\n  widht: 1\n  fps: 0\n", encoding="utf-8")
    assert check(path) is False
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}:3: camera.widht: unknown key")
    assert lines[1].startswith(f"{path}:4: camera.fps: found 0")
    assert lines[2] == "2 to correct; nothing else was tried"
    assert len(lines) == 3


def test_a_file_can_be_judged_without_trying_what_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broker and a camera that are not there are no faults of the file."""
    path = tmp_path / "facet.yaml"
    path.write_text("mqtt: {host: nowhere.invalid}\ncamera: {source: no.png}\n", encoding="utf-8")
    assert check(path, config_only=True) is True
    assert capsys.readouterr().out == f"{path} is valid; nothing that it names was tried\n"


def test_the_table_names_every_part(
    tmp_path: Path, silent_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """What does not work makes the whole fail."""
    path = tmp_path / "facet.yaml"
    path.write_text(f"mqtt: {{host: 127.0.0.1, port: {silent_port}}}", encoding="utf-8")
    assert check(path) is False
    printed = capsys.readouterr().out
    for part in (
        "configuration",
        "broker",
        "camera",
        "pins",
        "status LED",
        "models",
        "state directory",
    ):
        assert part in printed
