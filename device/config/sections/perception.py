"""The section `perception`."""

from __future__ import annotations

from pydantic import Field

from device.config.sections.section import Section


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
