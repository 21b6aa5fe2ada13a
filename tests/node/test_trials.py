"""Everything that a configuration names, tried for real."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from device.config import (
    AttributeSettings,
    CameraSettings,
    Config,
    MqttSettings,
    NodeSettings,
    UpdateSettings,
)
from device.node.trials import Trial, trials
from device.system.secret_address import SecretAddress


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this machine on which nothing listens."""
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
        camera=CameraSettings(source=SecretAddress(str(picture))),
    )


def _by_part(config: Config) -> dict[str, Trial]:
    return {trial.part: trial for trial in trials(config)}


def test_every_component_is_tried_whatever_the_others_do(config: Config) -> None:
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
    """And with the setting to check next."""
    detail = _by_part(config)["broker"].detail
    assert f"127.0.0.1:{config.mqtt.port}" in detail
    assert "mqtt.port" in detail


def test_a_camera_that_gives_no_picture_is_named(config: Config, tmp_path: Path) -> None:
    """With the setting to correct."""
    missing = config.model_copy(
        update={"camera": CameraSettings(source=SecretAddress(str(tmp_path / "no.jpg")))}
    )
    trial = _by_part(missing)["camera"]
    assert not trial.works
    assert "camera.source" in trial.detail


def test_a_model_that_is_missing_is_named(config: Config, tmp_path: Path) -> None:
    """With the setting to correct."""
    missing = AttributeSettings(model=str(tmp_path / "no.tflite"))
    trial = _by_part(config.model_copy(update={"attributes": missing}))["models"]
    assert not trial.works
    assert "attributes.model" in trial.detail


def test_the_versions_that_the_index_offers_are_listed(config: Config, tmp_path: Path) -> None:
    """And whether Home Assistant may install it; an index that is not there is named."""
    index = tmp_path / "index.json"
    index.write_text('{"format": 1}')
    updates = UpdateSettings(index=SecretAddress(index.as_uri()))
    offered = config.model_copy(update={"updates": updates})
    assert "only shows nothing yet" in _by_part(offered)["updates"].detail
    index.unlink()
    trial = _by_part(offered)["updates"]
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
