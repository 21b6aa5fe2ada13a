"""A card's facet.yaml and secrets.yaml, validated by the models that read them."""

from __future__ import annotations

from device.cli.provision.card import Card
from device.cli.provision.emit import Quoted, SecretName, emit
from device.config import Config

CA_FILE, CERTIFICATE_FILE, KEY_FILE = "ca.crt", "node.crt", "node.key"
"""Beside facet.yaml, on the card and later on the Pi."""

# The name that the udev rule in provisioning/ gives the first USB camera.
_CAMERA = "/dev/facet-camera"
_SECRET = "mqtt_password"  # noqa: S105  the name under which it is found
_HEADER = """\
# The settings of this node. Every setting: docs/configuration.md
# On the Pi: /etc/facet/facet.yaml; after a change: sudo systemctl restart facet
"""


def settings_yaml(card: Card) -> str:
    """Return facet.yaml; what the card does not set is left to the defaults."""
    config = Config.model_validate(_values(card))
    values = config.model_dump(mode="json", exclude_unset=True)
    if card.effective_username is not None:
        values["mqtt"]["password"] = SecretName(_SECRET)
    # PyYAML quotes what has a tag; people do not.
    return _HEADER + emit(_quoted(values)).replace(f"!secret '{_SECRET}'", f"!secret {_SECRET}")


def secrets_yaml(password: str) -> str:
    """Return secrets.yaml with the node's password at the broker."""
    return emit(_quoted({_SECRET: password}))


def _values(card: Card) -> dict[str, object]:
    mqtt: dict[str, object] = {
        "host": card.host,
        "port": card.port,
        "username": card.effective_username,
    }
    if card.is_encrypted:
        mqtt["tls"] = _given(
            enabled=True,
            ca_file=card.ca_file and CA_FILE,
            certificate_file=card.certificate_file and CERTIFICATE_FILE,
            key_file=card.key_file and KEY_FILE,
        )
    triggers = {
        name: {"pin": pin}
        for name in ("button", "motion")
        if (pin := getattr(card, name)) is not None
    }
    node = _given(id=card.node, name=card.name, suggested_area=card.area, language=card.language)
    return {
        "node": node,
        "mqtt": _given(**mqtt),
        "camera": {"source": _CAMERA},
        **({"triggers": triggers} if triggers else {}),
    }


def _given(**values: object) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def _quoted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _quoted(below) for key, below in value.items()}
    return Quoted(value) if isinstance(value, str) and not isinstance(value, SecretName) else value
