"""Everything that a configuration names, tried for real: one outcome for each component."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from device.camera import open_camera
from device.config import Config
from device.entities.table import entities
from device.entities.vocabulary import Vocabulary
from device.errors import FacetError, PinError, StateDirectoryError
from device.gpio.led import probe as probe_led
from device.mqtt.probe import probe as probe_broker
from device.perception import open_perception
from device.triggers import pin_requests
from device.triggers import probe as probe_pins
from device.updates.node.index import read_index
from device.updates.signature import read_key

BROKER, CAMERA, PINS, LED, MODELS = "broker", "camera", "pins", "status LED", "models"
STATE_DIRECTORY, UPDATES, NODE = "state directory", "updates", "node"


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome for one component.

    Attributes:
        part: what was tried.
        works: whether it does.
        detail: what was found, or what is wrong and what to do next.
    """

    part: str
    works: bool
    detail: str


def trials(config: Config) -> Iterator[Trial]:
    """Try one component after the other; a failure does not end the others."""
    for part, attempt in _ATTEMPTS.items():
        try:
            yield Trial(part, works=True, detail=attempt(config))
        except FacetError as error:
            yield Trial(part, works=False, detail=str(error))


def _broker(config: Config) -> str:
    return "; ".join(map(probe_broker, config.mqtt.members()))


def _camera(config: Config) -> str:
    with open_camera(config.camera) as camera:
        height, width = camera.burst(1, newer_than=time.monotonic())[0].image.shape[:2]
        return f"{camera.description} gives pictures of {width}x{height} pixels"


def _pins(config: Config) -> str:
    names = [f"{request.name} on pin {request.pin}" for request in pin_requests(config.triggers)]
    if faults := probe_pins(config.triggers):
        raise PinError("\n".join(faults))
    return ", ".join(names) or "none configured; Home Assistant's button triggers"


def _led(config: Config) -> str:
    if config.led is None:
        return "none configured"
    probe_led(config.led)
    return f"led on pin {config.led.pin}"


def _models(config: Config) -> str:
    wants_facial_hair = config.facial_hair.enabled
    card = open_perception(
        config.perception, config.attributes.model, facial_hair=wants_facial_hair
    ).card
    rows = entities(config, Vocabulary.of(card))
    enabled = sum(row.is_enabled_by_default for row in rows)
    return (
        f"{card.name} {card.version} knows {len(card.labels)} attributes; "
        f"{len(rows)} entities, {enabled} of them enabled"
    )


def _updates(config: Config) -> str:
    settings = config.updates
    if settings.index is None:
        return (
            "no index configured; Home Assistant shows the version that is published at the broker"
        )
    if settings.public_key is not None:
        read_key(settings.public_key)
    index = read_index(settings.index)
    offered = [f"Facet {index.release.version}"] if index.release else []
    offered += [f"the network {model.name} {model.version}" for model in index.models]
    who = "Home Assistant may install" if settings.allow_install else "Home Assistant only shows"
    return f"{who} {', '.join(offered) or 'nothing yet'}"


def _state_directory(config: Config) -> str:
    """Check the folder without making it: its owner may be another user."""
    wanted = config.node.effective_state_directory
    existing = next(folder for folder in (wanted, *wanted.parents) if folder.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        message = (
            f"node.state_directory: {wanted} cannot be written, because of {existing}; "
            "name a folder that this user may write to"
        )
        raise StateDirectoryError(message)
    return f"{wanted}{'' if wanted.exists() else ', made at the first start'}"


_ATTEMPTS: Mapping[str, Callable[[Config], str]] = {
    BROKER: _broker,
    CAMERA: _camera,
    PINS: _pins,
    LED: _led,
    MODELS: _models,
    STATE_DIRECTORY: _state_directory,
    UPDATES: _updates,
}
