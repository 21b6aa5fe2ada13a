"""What the owner answers becomes a file that the loader accepts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr

from device.config import Config, MqttSettings, NodeSettings, load
from device.editing.contents import write_contents
from device.editing.settings_file import SettingsFile
from device.errors import CameraError, LinkError
from device.setup.answers import BrokerAnswer, SetupAnswers, named_like
from device.setup.trial import picture_of, try_broker

_BROKER = BrokerAnswer(
    host="broker.local", port=8884, is_tls=True, username="hall", password=SecretStr("tiger-tiger")
)


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    """What install.sh has made: an example without a host."""
    path = tmp_path / "facet.yaml"
    example = Path(__file__).parents[2] / "config.example.yaml"
    path.write_text(example.read_text().replace("  host: ", "  #host: "))
    return SettingsFile(path, partial(write_contents, path), {})


def _set_up(file: SettingsFile, answers: SetupAnswers) -> Config:
    file.change(answers.changes(), answers.broker.secrets())
    return load(file.path, {})


def test_all_answers_are_in_the_file_and_the_password_is_not(file: SettingsFile) -> None:
    """That is in secrets.yaml."""
    config = _set_up(
        file,
        SetupAnswers(
            broker=_BROKER,
            name="Haustür",
            id="door",
            language="de",
            camera="/dev/v4l/by-id/cam",
            button=17,
            motion=4,
        ),
    )
    assert (config.mqtt.host, config.mqtt.port, config.mqtt.tls.enabled) == (
        "broker.local",
        8884,
        True,
    )
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "tiger-tiger"
    assert (config.node.name, config.node.id, config.node.language) == ("Haustür", "door", "de")
    assert config.camera.source.reveal() == "/dev/v4l/by-id/cam"
    assert config.triggers.button is not None
    assert config.triggers.motion is not None
    assert (config.triggers.button.pin, config.triggers.motion.pin) == (17, 4)
    assert "tiger" not in file.path.read_text()


def test_what_is_not_answered_keeps_its_default(file: SettingsFile) -> None:
    """A broker without a password, and a node without pins."""
    config = _set_up(
        file, SetupAnswers(broker=BrokerAnswer(host="broker"), name="Facet", id="facet")
    )
    assert config == Config(mqtt=MqttSettings(host="broker"))


@pytest.mark.parametrize(
    ("host", "node", "id_", "name"),
    [
        ("Hall", NodeSettings(), "hall", "Hall"),
        ("front-door", NodeSettings(), "front-door", "Front door"),
        ("büro 1", NodeSettings(), "b-ro-1", "B ro 1"),
        ("raspberrypi", NodeSettings(), "facet", "Facet"),
        ("6f1c2b3a4d5e", NodeSettings(), "facet", "Facet"),
        ("", NodeSettings(), "facet", "Facet"),
        ("hall", NodeSettings(id="door"), "door", "Facet"),
    ],
)
def test_a_node_is_called_as_its_machine_unless_somebody_has_named_it(
    host: str, node: NodeSettings, id_: str, name: str
) -> None:
    """Two nodes that are both called facet would push each other off the broker."""
    found = named_like(host, node)
    assert (found.id, found.name) == (id_, name)
    assert NodeSettings.model_validate(found.model_dump()) == found


def test_a_broker_is_tried_with_what_is_answered_and_nothing_is_written(file: SettingsFile) -> None:
    """With its password and its TLS."""
    before = file.path.read_text()
    tried: list[MqttSettings] = []

    def connect(settings: MqttSettings) -> str:
        tried.append(settings)
        return "welcome"

    trial = try_broker(_BROKER, file, connect)
    assert (trial.works, trial.detail) == (True, "welcome")
    (settings,) = tried
    assert settings.username == "hall"
    assert settings.password is not None
    assert settings.password.get_secret_value() == "tiger-tiger"
    assert settings.tls.enabled
    assert file.path.read_text() == before


def test_a_broker_that_refuses_says_why(file: SettingsFile) -> None:
    """In the words of `facet check`."""

    def connect(_: MqttSettings) -> str:
        message = "the broker refuses you"
        raise LinkError(message)

    trial = try_broker(_BROKER, file, connect)
    assert (trial.works, trial.detail) == (False, "the broker refuses you")


def test_an_answer_that_the_file_does_not_allow_says_what_is_allowed(file: SettingsFile) -> None:
    """Without connecting."""
    trial = try_broker(BrokerAnswer(host="mqtt://broker"), file)
    assert not trial.works
    assert trial.detail.startswith("mqtt.host: found")
    assert "without scheme" in trial.detail


def test_a_camera_is_shown_by_a_picture(tmp_path: Path) -> None:
    """A folder, a picture or a URL too."""
    import cv2
    import numpy as np

    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), 200, np.uint8))
    assert picture_of(str(path)).startswith(b"\xff\xd8")


@pytest.mark.parametrize("source", ["", "/dev/video77", "nowhere"])
def test_a_camera_that_is_not_there_is_an_error(source: str) -> None:
    """The page shows it in the picture's place."""
    with pytest.raises(CameraError, match="camera"):
        picture_of(source)
