"""What a valid file gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from device.config import Config, MqttSettings, TlsSettings, load
from tests.config.conftest import Write


def test_only_the_host_is_needed(write: Write) -> None:
    """A file with the broker's host alone gives all defaults."""
    config = load(write("mqtt: {host: broker}"))
    assert config == Config(mqtt=MqttSettings(host="broker"))
    assert config.camera.source.reveal() == "0"
    assert config.triggers.button is None


def test_each_kind_of_value_is_read(write: Write) -> None:
    """Text, numbers, switches, lists, null and sections."""
    config = load(
        write("""
mqtt:
  host: 192.168.1.5
  protocol: 3.1.1
camera:
  fourcc: null
  rotation: 90
  mirror: yes
triggers:
  button:
    pin: BOARD11
    hold: 1
attributes:
  enabled: [Male]
""")
    )
    assert config.mqtt.protocol == "3.1.1"
    assert config.camera.fourcc is None
    assert config.camera.rotation == 90
    assert config.camera.mirror is True
    assert config.triggers.button is not None
    assert config.triggers.button.pin == "BOARD11"
    assert config.triggers.button.hold == 1.0
    assert config.attributes.enabled == ("Male",)


def test_a_heading_with_nothing_below_it_means_defaults(write: Write) -> None:
    """People comment out the last setting of a section and leave its heading."""
    assert load(write("mqtt: {host: broker, tls: }\ncamera:\n")) == load(
        write("mqtt: {host: broker}")
    )


def test_protocol_version_5_needs_no_quotes(write: Write) -> None:
    """YAML's bare 5 is a number, and means MQTT 5."""
    assert load(write("mqtt: {host: broker, protocol: 5}")).mqtt.protocol == "5"


def test_a_camera_may_be_a_bare_number(write: Write) -> None:
    """`source: 1` is the second camera."""
    assert load(write("mqtt: {host: broker}\ncamera: {source: 1}")).camera.source.reveal() == "1"


def test_octal_and_sexagesimal_numbers_are_text(write: Write) -> None:
    """YAML 1.1 would read 0123 as 83 and 12:30 as 750."""
    config = load(write("mqtt: {host: broker, username: 0123, password: 12:30}"))
    assert config.mqtt.username == "0123"
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "12:30"


def test_a_number_in_scientific_notation_is_a_number(write: Write) -> None:
    """YAML 1.1 would read 5e-2 as text."""
    config = load(write("mqtt: {host: broker}\nattributes: {hysteresis: 5e-2}"))
    assert config.attributes.hysteresis == 0.05


def test_a_byte_order_mark_is_ignored(write: Write) -> None:
    """Editors on Windows write one."""
    assert load(write(b"\xef\xbb\xbfmqtt: {host: broker}")).mqtt.host == "broker"


@pytest.mark.parametrize(
    "host", ["broker", "mqtt.example.org.", "10.0.0.1", "fe80::1", "::1", "a_b"]
)
def test_names_and_addresses_are_hosts(write: Write, host: str) -> None:
    """Names with or without domain, and addresses of both versions."""
    assert load(write(f'mqtt: {{host: "{host}"}}')).mqtt.host == host


def test_relative_paths_start_at_the_file(write: Write, tmp_path: Path) -> None:
    """A node started by systemd has another working directory than its owner's shell."""
    config = load(
        write("""
mqtt: {host: broker, tls: {enabled: true, ca_file: tls/ca.crt}}
camera: {source: pictures}
attributes: {model: mine.tflite}
node: {state_directory: /var/lib/facet}
""")
    )
    assert config.mqtt.tls.ca_file == tmp_path / "tls" / "ca.crt"
    assert config.camera.source.reveal() == str(tmp_path / "pictures")
    assert config.attributes.model == str(tmp_path / "mine.tflite")
    assert config.node.state_directory == Path("/var/lib/facet")


@pytest.mark.parametrize("source", ["0", "/dev/video2", "rtsp://camera/1", "http://camera/stream"])
def test_devices_and_urls_stay_as_they_are(write: Write, source: str) -> None:
    """They are not relative paths."""
    config = load(write(f'mqtt: {{host: b}}\ncamera: {{source: "{source}"}}'))
    assert config.camera.source.reveal() == source


def test_the_port_follows_tls() -> None:
    """1883, 8883 with TLS, or what is configured."""
    assert MqttSettings(host="broker").effective_port == 1883
    assert MqttSettings(host="broker", tls=TlsSettings(enabled=True)).effective_port == 8883
    assert MqttSettings(host="broker", port=1, tls=TlsSettings(enabled=True)).effective_port == 1


@pytest.mark.parametrize(
    ("pull", "active_state", "is_active_low"),
    [
        ("up", "auto", True),  # between pin and ground
        ("down", "auto", False),  # between pin and 3.3 V
        ("up", "high", False),  # a contact that opens when it is pressed
        ("none", "low", True),  # with an external resistor
    ],
)
def test_the_level_of_a_pressed_button_follows_its_resistor(
    write: Write, pull: str, active_state: str, is_active_low: bool
) -> None:
    """Unless the level is configured."""
    settings = f"{{pin: 17, pull: {pull}, active_state: {active_state}}}"
    button = load(write(f"mqtt: {{host: b}}\ntriggers: {{button: {settings}}}")).triggers.button
    assert button is not None
    assert button.is_active_low is is_active_low


def test_a_configuration_never_changes(write: Write) -> None:
    """What runs is what was validated."""
    config = load(write("mqtt: {host: broker}"))
    with pytest.raises(ValidationError, match="frozen"):
        config.camera.width = 1  # type: ignore[misc]


def test_a_password_is_in_no_text_form(write: Write) -> None:
    """Neither the broker's nor the one in a camera's URL reaches a log through str or repr."""
    config = load(
        write("""
mqtt: {host: broker, username: u, password: hush-1}
camera: {source: "rtsp://me:hush-2@camera/1"}
""")
    )
    assert "hush" not in repr(config) + str(config)
    assert str(config.camera.source) == "rtsp://camera/***"


def test_a_password_in_the_query_of_a_camera_is_not_shown(write: Write) -> None:
    """Many network cameras take it there, and the log of every start shows the source."""
    config = load(
        write("""
mqtt: {host: broker}
camera: {source: "http://cam/snapshot.cgi?user=admin&pwd=hush"}
""")
    )
    assert "hush" not in repr(config) + str(config)
    assert str(config.camera.source) == "http://cam/***"


def test_the_example_loads() -> None:
    """config.example.yaml works once the host is right."""
    config = load(Path(__file__).parents[2] / "config.example.yaml", environment={})
    assert config == Config(mqtt=MqttSettings(host="homeassistant.local"))


def test_a_pipe_can_be_read() -> None:
    """A shell's <(...) is not a regular file."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        file.write("mqtt: {host: broker}")
    try:
        assert load(Path(f"/dev/fd/{reading}")).mqtt.host == "broker"
    finally:
        os.close(reading)
