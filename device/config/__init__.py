"""The configuration: one YAML file into one frozen object, or every fault in it with its line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator

from device.config.camera_url import unreadable_url
from device.config.doubts import doubts
from device.config.explain import explain, unknown_attributes
from device.config.schema import editor_schema
from device.config.sections.attributes import AttributeSettings
from device.config.sections.camera import CameraSettings
from device.config.sections.facial_hair import FacialHairSettings
from device.config.sections.fields import bcm_number
from device.config.sections.led import LedSettings
from device.config.sections.mqtt import MqttSettings, TlsSettings
from device.config.sections.node import NodeSettings
from device.config.sections.page import PageSettings
from device.config.sections.people import PeopleSettings
from device.config.sections.perception import PerceptionSettings
from device.config.sections.privacy import PrivacySettings
from device.config.sections.section import Section, conflict
from device.config.sections.triggers import ButtonSettings, MotionSettings, TriggerSettings
from device.config.sections.updates import UpdateSettings
from device.config.yaml.document import read
from device.config.yaml.source import Drafts
from device.errors import ConfigError, Fault
from device.system.secret_address import SecretAddress

__all__ = [
    "AttributeSettings",
    "ButtonSettings",
    "CameraSettings",
    "Config",
    "ConfigError",
    "FacialHairSettings",
    "Fault",
    "LedSettings",
    "MotionSettings",
    "MqttSettings",
    "NodeSettings",
    "PageSettings",
    "PeopleSettings",
    "PerceptionSettings",
    "PrivacySettings",
    "TlsSettings",
    "TriggerSettings",
    "UpdateSettings",
    "json_schema",
    "load",
]

_NO_DRAFTS: Drafts = {}


class Config(Section):
    """All of a node's settings. Only the broker's host has no default."""

    node: NodeSettings = Field(
        NodeSettings(),
        title="Node",
        description="The node itself, as Home Assistant's device page shows it.",
    )
    mqtt: MqttSettings = Field(
        title="MQTT", description="The broker that Home Assistant is connected to."
    )
    camera: CameraSettings = Field(
        CameraSettings(), title="Camera", description="Where pictures come from."
    )
    triggers: TriggerSettings = Field(
        TriggerSettings(),
        title="Triggers",
        description="What triggers an observation. A command from Home Assistant always does.",
    )
    led: LedSettings | None = Field(
        None,
        title="LED",
        description="A status LED on a GPIO pin, which blinks differently for ready, busy, fault and privacy.",
    )
    perception: PerceptionSettings = Field(
        PerceptionSettings(),
        title="Perception",
        description="Which faces are analysed.",
    )
    attributes: AttributeSettings = Field(
        AttributeSettings(),
        title="Attributes",
        description="Which attributes of a face are reported.",
    )
    facial_hair: FacialHairSettings = Field(
        FacialHairSettings(),
        title="Facial hair",
        description="Where the answers about facial hair come from.",
    )
    people: PeopleSettings = Field(
        PeopleSettings(),
        title="People",
        description="Whether people who are enrolled are recognised; see [people.md](people.md).",
    )
    privacy: PrivacySettings = Field(
        PrivacySettings(),
        title="Privacy",
        description="When the camera is off, and which pictures leave the node.",
    )
    page: PageSettings = Field(
        PageSettings(),
        title="Page",
        description="The node's own page; see [page.md](page.md).",
    )
    updates: UpdateSettings = Field(
        UpdateSettings(),
        title="Updates",
        description="Where the node looks for newer versions, and whether Home Assistant may install them.",
    )

    def secrets(self) -> Iterator[str]:
        """Yield the texts that must leave the node in no form, whichever setting has them."""
        yield from _secrets(self)

    @model_validator(mode="after")
    def _led_pin_is_free(self) -> Config:
        others = {"button": self.triggers.button, "motion": self.triggers.motion}
        for name, other in others.items():
            if self.led and other and bcm_number(self.led.pin) == bcm_number(other.pin):
                message = "is the pin of triggers.{other} too; give each a different one"
                raise conflict(message, key="led.pin", other=name)
        return self


def _secrets(section: BaseModel) -> Iterator[str]:
    for _key, value in section:
        match value:
            case SecretStr():
                yield value.get_secret_value()
            case SecretAddress():
                yield from value.secrets()
            case BaseModel():
                yield from _secrets(value)


def load(
    path: Path,
    environment: Mapping[str, str] = os.environ,
    *,
    on_doubt: Callable[[Fault], object] = lambda _doubt: None,
    drafts: Drafts = _NO_DRAFTS,
) -> Config:
    """Read a configuration file.

    Args:
        path: the YAML file; secrets.yaml is expected beside it, and relative paths in it start at its folder.
        environment: the variables that !env reads.
        on_doubt: takes what the file says and cannot mean, although a node runs with it.
        drafts: the content of the file, or of secrets.yaml, if it is not written yet.

    Raises:
        ConfigError: with every fault that was found, not only the first.
    """
    document = read(path, environment, drafts)
    faults = list(document.faults)
    try:
        context = {"folder": path.absolute().parent, "blank": document.blank}
        config = Config.model_validate(document.values, context=context)
    except ValidationError as error:
        faults += explain(error, document, Config.model_json_schema())
    else:
        faults += unreadable_url(config.camera, document)
        faults += unknown_attributes(config.attributes, document)
        if not faults:
            for doubt in doubts(config, document):
                on_doubt(doubt)
            return config
    raise ConfigError(faults)


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) by which editors complete and check the file."""
    return editor_schema(Config)
