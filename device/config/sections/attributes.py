"""The section `attributes`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from device.config.sections.fields import AttributeName, ModelName
from device.config.sections.section import Section, conflict


class AttributeSettings(Section):
    """Which attributes of a face are reported."""

    model: ModelName = Field(
        "attributes",
        title="Model",
        description="The attribute network. Your own .tflite file needs its JSON beside it.",
    )
    thresholds: Literal["balanced", "precise"] = Field(
        "balanced",
        title="Thresholds",
        description="balanced reports most of what is there, with few errors; precise reports an attribute only where "
        "95 of 100 such reports were right on the model's validation pictures. Attributes that cannot reach this start "
        "disabled with either.",
    )
    threshold_offset: float = Field(
        0.0,
        title="Threshold offset",
        description="Added to every attribute's threshold: above zero the node reports less, with fewer errors. "
        "*Caution* in Home Assistant changes it later, in per cent.",
        ge=-0.4,
        le=0.4,
    )
    hysteresis: float = Field(
        0.05,
        title="Hysteresis",
        description="How far below its threshold an attribute's probability must fall to end it; prevents flapping.",
        ge=0,
        le=0.3,
    )
    expiry: int = Field(
        300,
        title="Expiry",
        description="Seconds after which a result expires: then no face is present, and attributes are unknown. With 0 "
        "the result stays until the next capture.",
        ge=0,
        le=86400,
    )
    enabled: tuple[AttributeName, ...] = Field(
        (),
        title="Enabled",
        description="Attributes that the node publishes in addition to the usual ones, with entities that start "
        "enabled in Home Assistant.",
        strict=False,
    )
    disabled: tuple[AttributeName, ...] = Field(
        (),
        title="Disabled",
        description="Attributes that the node does not publish, and for which there are no entities in Home Assistant.",
        strict=False,
    )

    @model_validator(mode="after")
    def _not_both(self) -> AttributeSettings:
        both = sorted({*self.enabled} & {*self.disabled})
        if both:
            message = "names {names}, and so does attributes.enabled; name each once"
            raise conflict(message, key="disabled", names=", ".join(both))
        return self
