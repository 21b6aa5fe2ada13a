"""The section `facial_hair`."""

from __future__ import annotations

from pydantic import Field

from device.config.sections.section import Section


class FacialHairSettings(Section):
    """Where the answers about facial hair come from."""

    enabled: bool = Field(
        True,
        title="Enabled",
        description="Whether *Facial hair* comes from the attribute network's second output, which was trained on "
        "careful labels, with entities for length, mustache and sideburns. If it is off, or if the network has no such "
        "output, *Facial hair* is derived from CelebA's attributes, which are wrong about many beards.",
    )
