"""The section `people`."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from device.config.sections.section import Section, conflict
from device.system.share_key import share_key_bytes


class PeopleSettings(Section):
    """Whether people who are enrolled are recognised."""

    enabled: bool = Field(
        False,
        title="Enabled",
        description="Whether the node compares faces with those of the people who are enrolled. While it is off, no "
        "face is measured for recognition. Ask everybody who lives there first.",
    )
    min_score: float | None = Field(
        None,
        title="Minimum score",
        description="How similar a face must be to a person's references to get their name; if unset, the minimum that "
        "comes with the network. `facet people calibrate` recommends a value. With a lower value, strangers get the "
        "names of others.",
        ge=0.4,
        le=0.9,
    )
    visitors_days: int = Field(
        0,
        title="Days that unknown visitors are kept",
        description="For how many days the node stores unknown faces, as numbers and never as pictures, so that a "
        "visitor can be named afterwards. 0 stores nobody. Unlike people who are enrolled, these people were not "
        "asked: see [people.md](people.md#unknown-visitors) first.",
        ge=0,
        le=30,
    )
    share_key: SecretStr | None = Field(
        None,
        title="Share key",
        description="With this key the node shares the people who are enrolled with all other nodes that have the same "
        "key, encrypted over the broker. `facet people new-key` makes one; keep it out of this file: "
        "`!secret people_key`. Without a key no embedding leaves the node.",
    )

    @model_validator(mode="after")
    def _share_key_was_made(self) -> PeopleSettings:
        if self.share_key and share_key_bytes(self.share_key.get_secret_value()) is None:
            message = (
                "found a text that is no key, and is not shown here; allowed: what `facet people new-key` prints, the "
                "same on all nodes that share people. A key that somebody thinks up is not taken, and one with a "
                "typing error neither"
            )
            raise conflict(message, key="share_key")
        return self
