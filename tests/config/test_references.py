"""!secret and !env: values that are kept elsewhere, and never shown."""

from __future__ import annotations

import pytest

from device.config import ConfigError, load
from tests.config.conftest import Write


def test_a_secret_comes_from_the_file_beside(write: Write) -> None:
    """As in Home Assistant."""
    write("mqtt_password: hush\n", "secrets.yaml")
    config = load(write("mqtt: {host: broker, username: u, password: !secret mqtt_password}"))
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "hush"


def test_a_variable_comes_from_the_environment(write: Write) -> None:
    """As is usual in containers."""
    config = load(write("mqtt: {host: !env BROKER}"), environment={"BROKER": "10.0.0.1"})
    assert config.mqtt.host == "10.0.0.1"


def test_a_reference_is_read_as_the_type_of_its_setting(write: Write) -> None:
    """The environment has only text: the same 1234 is a port in one place and a password in another."""
    write("digits: 1234\nswitch: on\n", "secrets.yaml")
    config = load(
        write("""
mqtt:
  host: broker
  port: !env DIGITS
  username: u
  password: !secret digits
  tls: {enabled: !secret switch}
attributes: {hysteresis: !env TENTH}
triggers: {button: {pin: !env DIGIT}}
"""),
        environment={"DIGITS": "1234", "TENTH": "0.1", "DIGIT": "17"},
    )
    assert config.mqtt.port == 1234
    assert config.mqtt.password is not None
    assert config.mqtt.password.get_secret_value() == "1234"
    assert config.mqtt.tls.enabled is True
    assert config.attributes.hysteresis == 0.1
    assert config.triggers.button is not None
    assert config.triggers.button.pin in {17, "17"}


def test_other_secrets_may_be_anything(write: Write) -> None:
    """Home Assistant's own file may hold lists for other purposes."""
    write("people: [a, b]\nhost: broker\n", "secrets.yaml")
    assert load(write("mqtt: {host: !secret host}")).mqtt.host == "broker"


@pytest.mark.parametrize(
    ("secrets", "parts"),
    [
        (None, ["secrets.yaml: does not exist"]),
        ("hots: hush\n", ["secrets.yaml has no value of this name", "did you mean hots?"]),
        ("[hush]\n", ["secrets.yaml has no names and values"]),
        ("host: 'hush\n", ["secrets.yaml:1: is not YAML"]),
        ("host: [hush]\n", ["secrets.yaml has no value of this name"]),
        ('host: "hush\\a"\n', ["it contains the character U+0007"]),
        ("host: hush/\n", ["a value in !secret host that does not fit", "allowed: a host name"]),
    ],
)
def test_a_secret_that_cannot_be_used_is_one_fault(
    write: Write, secrets: str | None, parts: list[str]
) -> None:
    """It names the secret and the file, and shows no secret's value."""
    if secrets is not None:
        write(secrets, "secrets.yaml")
    with pytest.raises(ConfigError) as raised:
        load(write("mqtt:\n  host: !secret host\n"))
    (fault,) = raised.value.faults
    assert (fault.line, fault.path) == (2, "mqtt.host")
    assert "!secret host" in fault.message
    for part in parts:
        assert part in fault.message
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o644, 0o777])
def test_secrets_that_every_user_can_read_are_rejected(write: Write, mode: int) -> None:
    """The error shows the command to run, and no secret's value."""
    secrets = write("host: hush\n", "secrets.yaml")
    secrets.chmod(mode)
    with pytest.raises(ConfigError, match=rf"open to every user .*chmod o-rwx {secrets}") as raised:
        load(write("mqtt: {host: !secret host}"))
    assert "hush" not in str(raised.value)


def test_the_group_of_the_service_may_read_secrets(write: Write) -> None:
    """So that the service can read what root wrote."""
    write("host: broker\n", "secrets.yaml").chmod(0o640)
    assert load(write("mqtt: {host: !secret host}")).mqtt.host == "broker"


def test_a_missing_variable_is_named(write: Write) -> None:
    """So that the owner knows what to set."""
    with pytest.raises(ConfigError, match=r"mqtt\.host: found !env BROKER: the environment has no"):
        load(write("mqtt: {host: !env BROKER}"), environment={})


def test_a_variable_of_the_wrong_kind_is_not_shown(write: Write) -> None:
    """Its value may be a secret in the wrong place."""
    with pytest.raises(ConfigError) as raised:
        load(write("mqtt: {host: b, port: !env HUSH}"), environment={"HUSH": "hush-hush"})
    assert "allowed: a whole number, 1 to 65535" in str(raised.value)
    assert "hush-hush" not in str(raised.value)
