"""The sections `perception` and `attributes`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from device.config.sections.fields import AttributeName, ModelName
from device.config.sections.section import Section, conflict


class PerceptionSettings(Section):
    """Which faces are judged."""

    detector_score: float = Field(
        0.5,
        title="Detector score",
        description="How sure the detector must be of a face; lower finds more, and more that are none.",
        ge=0.1,
        le=0.95,
    )
    min_face_size: int = Field(
        48,
        title="Smallest face",
        description="Pixels, the shorter side of the face's box; below it the answer is too_small.",
        ge=16,
        le=2000,
    )
    min_sharpness: float = Field(
        0.2,
        title="Least sharpness",
        description="Below it the answer is too_blurred; 0 accepts everything.",
        ge=0,
        le=1,
    )
    min_brightness: float = Field(
        0.1,
        title="Least brightness",
        description="Below it the answer is too_dark; 0 accepts everything.",
        ge=0,
        le=1,
    )
    max_faces: int = Field(
        10,
        title="Most faces",
        description="Faces judged in a frame, the largest first.",
        ge=1,
        le=50,
    )
    threads: int = Field(
        2, title="Threads", description="CPU threads of the neural networks.", ge=1, le=4
    )


class AttributeSettings(Section):
    """What is said of a face."""

    model: ModelName = Field(
        "attributes",
        title="Model",
        description="The attribute network. A .tflite file of your own needs its JSON beside it.",
    )
    thresholds: Literal["balanced", "precise"] = Field(
        "balanced",
        title="Thresholds",
        description="balanced finds much and errs little; precise speaks only where 95 of 100 such answers were right "
        "on the model's validation pictures. Attributes that cannot promise it start disabled with either.",
    )
    threshold_offset: float = Field(
        0.0,
        title="Threshold offset",
        description="Added to every attribute's threshold: above zero the node says less and errs less. Later a "
        "number in Home Assistant decides.",
        ge=-0.4,
        le=0.4,
    )
    hysteresis: float = Field(
        0.05,
        title="Hysteresis",
        description="How far below its threshold an attribute's probability must fall to end it; stops flapping.",
        ge=0,
        le=0.3,
    )
    enabled: tuple[AttributeName, ...] = Field(
        (),
        title="Enabled",
        description="Attributes whose entities are enabled in Home Assistant on top of the usual ones.",
        strict=False,
    )
    disabled: tuple[AttributeName, ...] = Field(
        (),
        title="Disabled",
        description="Attributes whose entities start disabled in Home Assistant.",
        strict=False,
    )

    @model_validator(mode="after")
    def _not_both(self) -> AttributeSettings:
        both = sorted({*self.enabled} & {*self.disabled})
        if both:
            message = "names {names}, and so does attributes.enabled; name each once"
            raise conflict(message, key="disabled", names=", ".join(both))
        return self
