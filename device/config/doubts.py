"""What a configuration says and cannot mean, although a node runs with it. Pure.

A rule stands here, and not in a section's validation, where some node may work with it as it is: on another board, or
because the setting has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from device.config.key_path import KeyPath, dotted
from device.config.sections.fields import bcm_number
from device.config.yaml.document import Document
from device.errors import Fault

if TYPE_CHECKING:
    from device.config import Config

_Doubt: TypeAlias = tuple[KeyPath, str]

# The I2C bus's, with 1.8 kOhm to 3.3 V on the board; the resistors inside the chip have 50.
_PULLED_UP = (2, 3)
_OF_DEVICES = ("width", "height", "fps", "fourcc", "warm_up_frames")


def doubts(config: Config, document: Document) -> Iterator[Fault]:
    """Find what the file names and the node cannot do.

    Args:
        config: what the document says.
        document: has the lines, and what the file names itself.
    """
    for path, message in (*_pulls(config), *_without_effect(config, document)):
        yield Fault(document.file, document.line(path), dotted(path), message)


def _pulls(config: Config) -> Iterator[_Doubt]:
    pins = {"button": config.triggers.button, "motion": config.triggers.motion}
    for name, section in pins.items():
        if section and bcm_number(section.pin) in _PULLED_UP and section.pull != "up":
            message = (
                f"is {section.pull}, but on pin {section.pin} the board has a resistor to 3.3 V, which is stronger; "
                "use another pin, or pull: up with what is wired for that"
            )
            yield ("triggers", name, "pull"), message


def _without_effect(config: Config, document: Document) -> Iterator[_Doubt]:
    """Yield the settings that the file names, and that nothing reads."""
    for path, message in _unread(config):
        if path in document.lines:
            yield path, f"has no effect: {message}"


def _unread(config: Config) -> Iterator[_Doubt]:
    if not config.camera.is_device:
        for key in _OF_DEVICES:
            yield (
                ("camera", key),
                "camera.source is no camera at this machine, and gives pictures as they are; remove it",
            )
    if config.updates.index is None:
        for key in ("check_interval", "public_key"):
            yield ("updates", key), "there is no updates.index; add that, or remove this"
    if not config.people.enabled:
        yield (
            ("people", "share_key"),
            "people.enabled is false, and nobody is shared; set it to true, or remove this",
        )
    if config.privacy.picture == "off":
        yield (
            ("privacy", "picture_expiry"),
            "privacy.picture is off, and no picture leaves the node; set that too, or remove this",
        )
    if not config.people.enabled:
        yield (
            ("people", "visitors_days"),
            "people.enabled is false, and nobody is recognised or unknown; set that too, or remove this",
        )
    if config.mqtt.tls.insecure_skip_verify:
        yield (
            ("mqtt", "tls", "ca_file"),
            "mqtt.tls.insecure_skip_verify accepts any certificate; remove that, or this",
        )
