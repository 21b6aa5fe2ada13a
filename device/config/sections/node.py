"""The section `node`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from platformdirs import user_state_path
from pydantic import Field

from device.config.sections.fields import File, Slug, Url
from device.config.sections.section import Section

Language: TypeAlias = Literal["en", "de", "fr"]

LANGUAGES: tuple[Language, ...] = get_args(Language)


class NodeSettings(Section):
    """The node itself, as Home Assistant's device page shows it."""

    id: Slug = Field(
        "facet",
        title="Id",
        description="Identifies the node in MQTT topics and entity ids. Each node of a broker needs a different one.",
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
        description=(
            "Language of the entities' names and texts in Home Assistant. Entity ids and states are the same in every "
            "language."
        ),
    )
    configuration_url: Url | None = Field(
        None,
        title="Configuration URL",
        description="Where the link *Visit* on the device page leads, for instance to your page about the node. It is "
        "published as it is: it must hold no password and no token.",
    )
    publish_mac_address: bool = Field(
        default=False,
        title="Publish MAC address",
        description=(
            "Whether Home Assistant learns the machine's MAC address. It then shows the node and what a router's "
            "integration knows of the same machine as one device. Only if the machine runs one node: several nodes "
            "would become one device, which cannot be undone without deleting it."
        ),
    )
    state_directory: File | None = Field(
        None,
        title="State directory",
        description="Folder for what the node stores, such as undelivered events, settings and people. If unset, "
        "systemd's StateDirectory, or a folder of the user.",
    )

    @property
    def effective_state_directory(self) -> Path:
        """The configured folder, systemd's, or the user's: in this order."""
        if self.state_directory is not None:
            return self.state_directory
        # systemd separates several folders by colons; the unit has one.
        given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
        return Path(given) if given else user_state_path("facet")
