"""The section `privacy`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Field

from device.config.sections.section import Section

PictureMode: TypeAlias = Literal["off", "blurred", "crop", "full"]

PICTURE_MODES: tuple[PictureMode, ...] = get_args(PictureMode)
"""Each lets more leave the node than the one before."""


def _mode(value: object) -> object:
    """Let YAML's bare off pass for the mode that it means."""
    return "off" if value is False else value


class PrivacySettings(Section):
    """When the node does not look at all, and which pictures leave it."""

    enabled: bool = Field(
        False,
        title="Enabled",
        description="Whether the node starts with its camera released. Later a switch in Home Assistant decides.",
    )
    picture: Annotated[
        PictureMode,
        BeforeValidator(_mode, json_schema_input_type=PictureMode | Literal[False]),
    ] = Field(
        "off",
        title="Picture",
        description="The most of a picture that leaves the node: nothing; the whole, too blurred to know anybody; the "
        "primary face alone; or the whole. Home Assistant may choose less.",
    )
    picture_expiry: int = Field(
        300,
        title="Picture expiry",
        description="Seconds until a picture is replaced by a blank one.",
        ge=5,
        le=86400,
    )

    @property
    def picture_modes(self) -> tuple[PictureMode, ...]:
        """What Home Assistant may choose from: nothing beyond what the file allows."""
        return PICTURE_MODES[: PICTURE_MODES.index(self.picture) + 1]
