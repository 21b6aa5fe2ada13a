"""The key with which people are shared: one that a command has made, and a secret."""

from __future__ import annotations

import pytest

from device.config import ConfigError, Fault, load
from device.system.share_key import new_share_key
from tests.config.conftest import Write

_THOUGHT_UP = "correct horse battery staple"


@pytest.mark.parametrize("written", [f"'{_THOUGHT_UP}'", "!secret people_key"])
def test_a_key_that_somebody_thought_up_is_a_fault_that_does_not_show_it(
    write: Write, written: str
) -> None:
    """Wherever it is written, the fault names the setting and the command that makes one."""
    write(f"people_key: {_THOUGHT_UP}\n", "secrets.yaml")
    path = write(f"mqtt: {{host: b}}\npeople:\n  enabled: true\n  share_key: {written}\n")
    with pytest.raises(ConfigError) as raised:
        load(path, environment={})
    (fault,) = raised.value.faults
    assert (fault.line, fault.path) == (4, "people.share_key")
    assert "`facet people new-key` prints" in fault.message
    assert "horse" not in str(raised.value)


def test_a_key_is_hidden_as_passwords_are(write: Write) -> None:
    """It is among what redaction takes out, and the configuration does not show it."""
    key = new_share_key()
    path = write(f"mqtt: {{host: b}}\npeople: {{enabled: true, share_key: {key}}}\n")
    config = load(path, environment={})
    assert key in set(config.secrets())
    assert key not in f"{config!r} {config}"


def test_a_key_without_recognition_is_a_doubt(write: Write) -> None:
    """Its owner may believe that people are shared."""
    doubted: list[Fault] = []
    key = new_share_key()
    path = write(f"mqtt: {{host: b}}\npeople:\n  share_key: {key}\n")
    load(path, environment={}, on_doubt=doubted.append)
    (doubt,) = doubted
    assert (doubt.line, doubt.path) == (3, "people.share_key")
    assert "people.enabled is false" in doubt.message
