"""The section `facial_hair`."""

from __future__ import annotations

from pydantic import Field

from device.config.sections.section import Section


class FacialHairSettings(Section):
    """Whether facial hair is told by what the attribute network has learned from careful labels."""

    enabled: bool = Field(
        True,
        title="Enabled",
        description="Whether *Facial hair* says what the attribute network has learned from careful labels, with "
        "entities of its length, of a mustache and of sideburns. While it is off, or with a network that has not "
        "learned it, *Facial hair* is concluded from CelebA's attributes, which are wrong about many beards.",
    )
