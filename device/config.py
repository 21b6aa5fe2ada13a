"""The configuration: one YAML file into one frozen object, or every fault in it with its line."""

from __future__ import annotations

from pydantic import Field

from device.configuration.camera import CameraSettings
from device.configuration.mqtt import MqttSettings, TlsSettings
from device.configuration.node import NodeSettings, PrivacySettings
from device.configuration.perception import AttributeSettings, PerceptionSettings
from device.configuration.section import Section
from device.configuration.triggers import ButtonSettings, MotionSettings, TriggerSettings

__all__ = [
    "AttributeSettings",
    "ButtonSettings",
    "CameraSettings",
    "Config",
    "MotionSettings",
    "MqttSettings",
    "NodeSettings",
    "PerceptionSettings",
    "PrivacySettings",
    "TlsSettings",
    "TriggerSettings",
]


class Config(Section):
    """All of a node's settings. Only the broker's host has no default."""

    node: NodeSettings = Field(
        default_factory=NodeSettings,
        title="Node",
        description="The node itself, as Home Assistant's device page shows it.",
    )
    mqtt: MqttSettings = Field(
        title="MQTT", description="The broker that Home Assistant is connected to."
    )
    camera: CameraSettings = Field(
        default_factory=CameraSettings, title="Camera", description="Where pictures come from."
    )
    triggers: TriggerSettings = Field(
        default_factory=TriggerSettings,
        title="Triggers",
        description="What makes the node look. A command from Home Assistant always does.",
    )
    perception: PerceptionSettings = Field(
        default_factory=PerceptionSettings,
        title="Perception",
        description="Which faces are judged.",
    )
    attributes: AttributeSettings = Field(
        default_factory=AttributeSettings,
        title="Attributes",
        description="What is said of a face.",
    )
    privacy: PrivacySettings = Field(
        default_factory=PrivacySettings,
        title="Privacy",
        description="When the node does not look at all.",
    )
