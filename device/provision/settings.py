"""A card's facet.yaml and secrets.yaml, written through the models that read them."""

from __future__ import annotations

import yaml

from device.config import Config
from device.provision.card import Card

CA_FILE, CERTIFICATE_FILE, KEY_FILE = "ca.crt", "node.crt", "node.key"
"""Beside facet.yaml, on the card and later on the Pi."""

# What provisioning's udev rule calls the first USB camera.
_CAMERA = "/dev/facet-camera"
_SECRET = "mqtt_password"  # noqa: S105  the name under which it is found
_HEADER = """\
# The settings of this node. Every setting: docs/configuration.md
# On the Pi: /etc/facet/facet.yaml; after a change: sudo systemctl restart facet
"""


def settings_yaml(card: Card) -> str:
    """Return facet.yaml; what the card does not say is left to the defaults."""
    config = Config.model_validate(_values(card))
    values = config.model_dump(mode="json", exclude_unset=True)
    if card.effective_username is not None:
        values["mqtt"]["password"] = _Secret(_SECRET)
    text: str = yaml.dump(
        _quoted(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )
    # PyYAML quotes what bears a tag; people do not.
    return _HEADER + text.replace(f"!secret '{_SECRET}'", f"!secret {_SECRET}")


def secrets_yaml(password: str) -> str:
    """Return secrets.yaml with the node's password at the broker."""
    return yaml.dump(_quoted({_SECRET: password}), Dumper=_Dumper, allow_unicode=True, width=120)


def _values(card: Card) -> dict[str, object]:
    mqtt: dict[str, object] = {
        "host": card.host,
        "port": card.port,
        "username": card.effective_username,
    }
    if card.encrypted:
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


class _Secret(str):
    """The name of a value in secrets.yaml."""

    __slots__ = ()


class _Text(str):
    """A value in quotes: what a plain word means is not for the emitter to guess."""

    __slots__ = ()


def _quoted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _quoted(below) for key, below in value.items()}
    return _Text(value) if isinstance(value, str) and not isinstance(value, _Secret) else value


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Secret, lambda dumper, name: dumper.represent_scalar("!secret", str(name)))
_Dumper.add_representer(
    _Text,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"'),
)
