"""The section `privacy`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Field

from device.config.sections.section import Section

PictureMode: TypeAlias = Literal["off", "blurred", "crop", "full"]

PICTURE_MODES: tuple[PictureMode, ...] = get_args(PictureMode)
"""Each lets more leave the node than the one before."""


def _mode(value: object) -> object:
    """Accept YAML's bare off as the mode that it means."""
    return "off" if value is False else value


class PrivacySettings(Section):
    """When the camera is off, and which pictures leave the node."""

    enabled: bool = Field(
        False,
        title="Enabled",
        description="Whether the node starts with its camera released. Home Assistant can change it later.",
    )
    picture: Annotated[
        PictureMode,
        BeforeValidator(_mode, json_schema_input_type=PictureMode | Literal[False]),
    ] = Field(
        "off",
        title="Picture",
        description="How much of a picture may leave the node: nothing; all of it, too blurred to recognise anyone; "
        "only the primary face; or all of it. Home Assistant can choose less.",
    )
    picture_expiry: int = Field(
        300,
        title="Picture expiry",
        description="Seconds until a picture is no longer shown.",
        ge=5,
        le=86400,
    )

    @property
    def picture_modes(self) -> tuple[PictureMode, ...]:
        """What Home Assistant may choose from: nothing beyond what the file allows."""
        return PICTURE_MODES[: PICTURE_MODES.index(self.picture) + 1]
