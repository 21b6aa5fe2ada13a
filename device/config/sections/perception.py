"""The section `perception`."""

from __future__ import annotations

from pydantic import Field

from device.config.sections.section import Section


class PerceptionSettings(Section):
    """Which faces are analysed."""

    detector_score: float = Field(
        0.5,
        title="Detector score",
        description="How confident the detector must be; a lower value finds more faces, and more false ones.",
        ge=0.1,
        le=0.95,
    )
    min_face_size: int = Field(
        48,
        title="Minimum face size",
        description="Pixels, the shorter side of the face's box; below it the reason is too_small. A frame whose "
        "longer side is more than 17 times this is searched in parts: a larger value takes less time there.",
        ge=16,
        le=2000,
    )
    min_sharpness: float = Field(
        0.2,
        title="Minimum sharpness",
        description="How much detail the face has at the size that the network sees, in the direction with the least "
        "detail. Below it the reason is too_blurred; 0 accepts everything.",
        ge=0,
        le=1,
    )
    min_brightness: float = Field(
        0.2,
        title="Minimum brightness",
        description="Mean brightness of the face. Below it, or if noise or low contrast hide as much as such darkness, "
        "the reason is too_dark; 0 accepts everything.",
        ge=0,
        le=1,
    )
    max_faces: int = Field(
        10,
        title="Maximum faces",
        description="Faces analysed in a frame, the largest first; the others are only counted.",
        ge=1,
        le=50,
    )
    threads: int = Field(
        2, title="Threads", description="CPU threads used by the neural networks.", ge=1, le=4
    )
