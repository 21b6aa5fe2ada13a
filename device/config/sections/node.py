"""The sections `node` and `privacy`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, get_args

from platformdirs import user_state_path
from pydantic import BeforeValidator, Field

from device.config.sections.fields import File, Slug, Url
from device.config.sections.section import Section

Language: TypeAlias = Literal["en", "de", "fr"]
PictureMode: TypeAlias = Literal["off", "blurred", "crop", "full"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
PICTURE_MODES: tuple[PictureMode, ...] = get_args(PictureMode)
"""Each lets more leave the node than the one before."""


class NodeSettings(Section):
    """The node itself, as Home Assistant's device page shows it."""

    id: Slug = Field(
        "facet",
        title="Id",
        description="Names the node in MQTT topics and entity ids. Each node of a broker needs its own.",
    )
    name: str = Field(
        "Facet",
        title="Name",
        description="The device's name in Home Assistant.",
        min_length=1,
        max_length=64,
    )
    suggested_area: str | None = Field(
        None,
        title="Suggested area",
        description="The area that Home Assistant proposes for the device.",
        min_length=1,
        max_length=64,
    )
    language: Language = Field(
        "en",
        title="Language",
        description="Of the entities' names in Home Assistant; their ids stay the same.",
    )
    configuration_url: Url | None = Field(
        None,
        title="Configuration URL",
        description="Where the device page's link *Visit* leads, for instance to a page of yours about the node.",
    )
    state_directory: File | None = Field(
        None,
        title="State directory",
        description="Where undelivered events are kept; without it systemd's StateDirectory, or the user's own.",
    )

    @property
    def effective_state_directory(self) -> Path:
        """The configured folder, systemd's, or the user's: in this order."""
        if self.state_directory is not None:
            return self.state_directory
        # systemd separates several folders by colons; the unit has one.
        given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
        return Path(given) if given else user_state_path("facet")


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
